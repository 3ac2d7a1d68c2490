/** SHA-256 of the kernel's code; `npm run kernel -- --pin` writes it. */
export const KERNEL_SHA256 = "b1de0d146ae98bdd36beb85f7cc41e10d1e01afca9e0f7229a47f7bc59bf4a81";
