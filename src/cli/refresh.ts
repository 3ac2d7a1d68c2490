/**
 * plimsoll refresh: a new proof, so that a line stays good.
 *
 * @module
 */
import { COVERAGE_INITIAL, COVERAGE_MAINTENANCE } from "../protocol/constants.ts";
import { ISSUER, KEYSTORE, examples, type Program } from "./options.ts";

export function refreshCommand(program: Program): void {
  examples(
    program
      .command("refresh")
      .description("prove again that the account is covered, so that a line stays good")
      .option(...KEYSTORE)
      .requiredOption(...ISSUER)
      .option("--maintenance", "at maintenance margin, for an account that isn't covered at initial margin"),
    "plimsoll refresh --issuer desk-a",
  ).action(async (_, command) => {
    const { act, issuerIn } = await import("./moving.ts");
    const flags = command.optsWithGlobals();
    await act(flags, (trader, looking) =>
      trader.refresh(
        issuerIn(looking, flags.issuer, "desk", "venue"),
        flags.maintenance === true ? COVERAGE_MAINTENANCE : COVERAGE_INITIAL,
      ),
    );
  });
}
