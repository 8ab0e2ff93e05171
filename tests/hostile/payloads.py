"""Texts that want to be more than text. Each holds @, which becomes a token of its own: EVIL_TOKEN_0007."""

# Six bytes that are not UTF-8, and the two private characters that hold their place until the model is serialised:
# protobuf's Python takes valid strings only.
INVALID = {
    b"\xff\xfe\xfd\x80\xc0\xaf": "\ue001\uf8f1".encode(),  # no character begins so; an overlong slash
    b"\xed\xa0\x80\xed\xb0\x80": "\ue001\uf8f2".encode(),  # a pair of surrogates
    b"\xf4\x90\x80\x80\xe2\x80": "\ue001\uf8f3".encode(),  # beyond U+10FFFF; a character cut short
}
FIRST, SURROGATES, CUT = INVALID

COMMENTS = [
    "q*/ int @; /*",
    "q*/\n#define @ 1\n/*",
    "/* @ //",
    "/ int @; *",
    "q*\\\n/ int @; /\\\n*",
    "q*??/\n/ int @; /??/\n*",
    "q*//*/ @ /*/",
]
LINES = [
    "q\n#error @\n",
    "q\n%:define @ 1\n",
    "q\n??=define @ 1\n",
    "q // \\\nint @;",
    "q@\\",
    "q@??/",
    "q\rint @;\r\n#define @ 1",
]
STRINGS = [
    'q"; int @; "',
    'q\\"); @(); ("',
    "q'; int @; '",
    "q??' @ ??'",
    'q)" @ R"x(',
    'q\\"\\n.globl @\\n',
    'q", "@": "',
    'q\\u0022, "@": 1',
    "</script>@",
]
WORDS_OF_TOOLS = [
    "q%s%n%x %1000000d @",
    '`@` $(@) "$@" ; @ | @ & @ > @',
    "q'$(@)'`@`",
    "$(shell @)",
    "q: @ \\\n\t@",
    "-q@",
    "--q@=1",
    "../../q@//..",
    '_Pragma("@")',
]
UNSEEN = [
    "q\u202e\u2066@\u2069\u202c\u200e\u200f\u061c",
    "q\u200b@\u200c\u200d\u2060\ufeff\u180e\u00ad\U000e0041",
    "q\u2028int @;\u2029\u0085int @;",
    "q\x1b[31m@\x1b]0;@\x07\x1b[0m",
    "q\u009b31m@\u009d0;@\u009c",
    "q\x01\x08\x0b\x0c\x7f\t@",
    "q\u540d\u524d \u00e9\u00a0\U0001f600@",
]
NOT_UTF8 = [b"q" + FIRST + b"@", b"q@" + SURROGATES, b"q@*/" + CUT]
LONG = b"q@" + b"x" * 100_000  # for values alone: no word of a command line may be longer than 128 kB

PAYLOADS = [
    t if isinstance(t, bytes) else t.encode() for t in COMMENTS + LINES + STRINGS + WORDS_OF_TOOLS + UNSEEN + NOT_UTF8
]

# What only the bytes of a string attribute or element can hold.
WITH_NUL = b'q@\0"; int @; /*'

# Names that C, C++, the system's headers, our own code or a kernel have taken, and some that differ in case alone.
WORDS = """
    int while restrict inline _Bool asm typeof class this operator constexpr nullptr co_await
    thread_local wchar_t alignas NULL EOF INFINITY NAN INT32_MAX INT32_MIN UINTPTR_MAX SIZE_MAX
    FLT_MAX DBL_EPSILON INT64_C int32_t uint8_t uintptr_t size_t ptrdiff_t float_t double_t offsetof
    bool true false linux unix i386 __FILE__ __LINE__ __GNUC__ __cplusplus M_PI HUGE_VALF signgam
    main memcpy memset strlen fmaf sqrtf expf lrintf rintf roundf copysignf nanf isnan isinf
    fpclassify signbit errno assert strides arena memory rc start model_run model_run_in
    MODEL_ARENA_BYTES MODEL_EDIM WEIGHTS_ALIGNED model_weights AT_x v bytes vec VEC_WIDTH
    ONNX2C_NO_VECTORS softmax_f32 conv_f32 gemm_f32 struct conv tile dim_floordiv_i32 w_x x_dims i0
    i j n defined __VA_ARGS__ _Pragma __attribute__ Twin twin TWIN twIn MODEL_X_RANK _ __ _1 9x
    argc argv folder input_0 output_0 dims_0 status block room used blocks read_file
""".split()

# Stand between "Tw" and "in017": names that differ in nothing else must not look the same.
TWINS = [
    t if isinstance(t, bytes) else t.encode()
    for t in (
        "",
        "\u202e",
        "\u2066",
        "\u200b",
        "\ufeff",
        "\u2028",
        "\u0085",
        "\x1b",
        "\n",
        "\r",
        "\t",
        "\x7f",
        "\\u202e",
        "\\\\u202e",
        "\\x1b",
        "\\n",
        "\\",
        "\\\\",
        "?",
        "??",
        "*/",
        "*\\/",
        "* /",
        "/*",
        "/\\*",
        "??/",
        "?\\?/",
        '"',
        '\\"',
        "'",
        "`",
        "%",
        "%%",
        "\ufffd",
        "\u00a0",
        "\\xff",
        FIRST,
        SURROGATES,
        CUT,
    )
]


def text_of(payload, number):
    return payload.replace(b"@", b"EVIL_TOKEN_%04d" % number)
