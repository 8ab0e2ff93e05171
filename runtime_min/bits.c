/* Elements that are only moved, by their size. Whatever they hold, they are read and written as these, which compilers
 * that look at types to tell memory apart must therefore let overlap with every other type. */

//@block bits16
#ifdef __GNUC__
typedef uint16_t __attribute__((may_alias)) bits16;
#else
typedef uint16_t bits16;
#endif
//@endblock

//@block bits32
#ifdef __GNUC__
typedef uint32_t __attribute__((may_alias)) bits32;
#else
typedef uint32_t bits32;
#endif
//@endblock

//@block bits64
#ifdef __GNUC__
typedef uint64_t __attribute__((may_alias)) bits64;
#else
typedef uint64_t bits64;
#endif
//@endblock
