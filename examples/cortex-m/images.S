/* The digits and what they are, as in ../digits; in flash. */
    .section .images, "a"
    .balign 4
    .global images
images:
    .incbin "images.f32"
    .global labels
labels:
    .incbin "labels.u8"
