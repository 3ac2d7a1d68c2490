/** SHA-256 of the kernel's code; `npm run kernel -- --pin` writes it. */
export const KERNEL_SHA256 = "923c98d3a62e7f8cd0da2d02c0b261c6c979a4d608acb1fb123703085a195b85";
