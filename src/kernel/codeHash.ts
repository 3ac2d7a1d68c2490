/** SHA-256 of the kernel's code; `npm run kernel -- --pin` writes it. */
export const KERNEL_SHA256 = "1e8d9c2b7b433c1e7bd9a574989ca861ef38670650b01563a993978faae0cbdd";
