/** SHA-256 of the kernel's code; `npm run kernel -- --pin` writes it. */
export const KERNEL_SHA256 = "3df4ddbe4164d9dc0cde59c359784e2c1a409355e3644ed24930739ed43cf61b";
