/** SHA-256 of the kernel's code; `npm run kernel -- --pin` writes it. */
export const KERNEL_SHA256 = "346087927a6e7379c96542e8a16e927d5f70746be2cc67f2421f1aedc324cf74";
