/**
 * Exit codes, and what they mean in words.
 *
 * @module
 */
export const EXIT = {
  ok: 0,
  refused: 1,
  input: 2,
  artifacts: 3,
  keystore: 4,
  again: 5,
  defect: 70,
  interrupted: 130,
} as const;

export const EXIT_HELP = `
Exit codes:
  0    done; the proof verifies, the portfolio is covered
  1    refused: does not verify, is not covered, or breaks a rule of a contract
  2    bad input or usage
  3    circuits or keys missing or changed (plimsoll artifacts makes or brings them)
  4    keystore missing or damaged, or wrong passphrase
  5    try again: a node doesn't answer, something didn't arrive in time, or it is too soon
  70   a defect in plimsoll
  130  interrupted; nothing is half-written`;
