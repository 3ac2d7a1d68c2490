/**
 * Options of our own prover, apart from its code: what programs see of it names nothing that only pages know.
 *
 * @module
 */
export interface PlimsollOptions {
  /** Threads to prove with, 1 or more; all cores by default, at most 8: what one thread alone does limits more. */
  readonly threads?: number | undefined;
  /**
   * Memory for tables of multiples of the keys' points, in MiB over all threads and keys; 0 by default. A key's take
   * about half a minute to make, with its first proof, and save about an eighth of each one after: for a prover that
   * lives long. More than 600 MiB for a circuit of tier M is of no use.
   */
  readonly pointTableMiB?: number | undefined;
}
