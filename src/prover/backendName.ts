/**
 * The backends' names, for options.
 *
 * @module
 */
export const BACKENDS = ["plimsoll", "snarkjs", "rapidsnark"] as const;
export type BackendName = (typeof BACKENDS)[number];
export const DEFAULT_BACKEND: BackendName = "plimsoll";
