/**
 * plimsoll ceremony: production keys, so that nobody can forge if one contributor was honest.
 *
 * @module
 */
import { Option } from "@commander-js/extra-typings";
import { InputError } from "../base/errors.ts";
import { CIRCUITS, INSTANCES, type CircuitName, type TierName } from "../protocol/constants.ts";
import type { PowersOfTau } from "../setup/ceremony.ts";
import type { Instance } from "../setup/mainComponent.ts";
import { TIER_NAMES, examples, wholeNumber, type Program } from "./options.ts";

const load = () => Promise.all([import("../setup/ceremony.ts"), import("./output.ts")]);

export function ceremonyCommands(program: Program): void {
  const ceremony = program
    .command("ceremony")
    .description("make production keys: init, contribute, beacon, verify, finalize");
  const ofInstance = <U extends string>(usage: U, about: string) =>
    ceremony
      .command(usage)
      .description(about)
      .addOption(new Option("--circuit <circuit>", "which circuit").choices(CIRCUITS).makeOptionMandatory())
      .addOption(new Option("--tier <tier>", "which tier").choices(TIER_NAMES).default("M" as const))
      .requiredOption("--ptau <file>", "powers of tau: a published powersOfTau28_hez_final file")
      .option("--ptau-hash <hex>", "BLAKE2b-512 of powers of tau from elsewhere, which you vouch for");

  examples(
    ofInstance("init <zkey>", "write the first key, which is worthless until somebody contributes"),
    "plimsoll ceremony init solvency-0.zkey --circuit solvency --ptau powersOfTau28_hez_final_16.ptau",
  ).action(async (zkey, _, command) => {
    const [{ initCeremony }, { show }] = await load();
    const flags = command.optsWithGlobals();
    const circuitHash = await initCeremony(instanceOf(flags), tauOf(flags), zkey);
    show(flags, { zkey, circuitHash }, () => `${zkey}\ncircuit hash ${circuitHash}`);
  });

  examples(
    ceremony
      .command("contribute <from> <to>")
      .description("add your contribution, on a machine of your own; its secret is drawn and forgotten")
      .requiredOption("--name <name>", "shown to everyone who verifies the key"),
    'plimsoll ceremony contribute solvency-0.zkey solvency-1.zkey --name "Ada"',
  ).action(async (from, to, _, command) => {
    const [{ contribute }, { remark, show }] = await load();
    const flags = command.optsWithGlobals();
    const contribution = await contribute(from, to, flags.name);
    remark(flags, "Publish this hash: by it you recognise your contribution in the final key.");
    show(flags, { zkey: to, contribution }, () => `${to}\ncontribution hash ${contribution.hash}`);
  });

  examples(
    ceremony
      .command("beacon <from> <to>")
      .description("add a public beacon that nobody could foresee at the last contribution")
      .requiredOption("--name <name>", "where it comes from")
      .requiredOption("--hash <hex>", "a later block's hash, say")
      .option("--iterations <exponent>", "log2 of the number of hashes over it", wholeNumber(10, 40), 10),
    "plimsoll ceremony beacon solvency-5.zkey solvency-6.zkey --name block-23000000 --hash 0123… --iterations 20",
  ).action(async (from, to, _, command) => {
    const [{ applyBeacon }, { show }] = await load();
    const flags = command.optsWithGlobals();
    const contribution = await applyBeacon(from, to, flags.name, flags.hash.replace(/^0x/, ""), flags.iterations);
    show(flags, { zkey: to, contribution }, () => `${to}\ncontribution hash ${contribution.hash}`);
  });

  examples(
    ofInstance("verify <zkey>", "check a key from circuit and powers of tau up, with every contribution"),
    "plimsoll ceremony verify solvency-6.zkey --circuit solvency --ptau powersOfTau28_hez_final_16.ptau",
  ).action(async (zkey, _, command) => {
    const [{ verifyCeremony }, { show }] = await load();
    const flags = command.optsWithGlobals();
    const transcript = await verifyCeremony(instanceOf(flags), tauOf(flags), zkey);
    show(flags, { zkey, verified: true, ...transcript }, () =>
      [
        `verified: ${zkey}`,
        `circuit hash ${transcript.circuitHash}`,
        ...transcript.contributions.map(
          ({ name, hash, beacon }) => `  ${beacon === undefined ? "contribution" : "beacon"} ${name}: ${hash}`,
        ),
      ].join("\n"),
    );
  });

  examples(
    ofInstance("finalize <zkey>", "verify once more and put the key in place of the development key"),
    "plimsoll ceremony finalize solvency-6.zkey --circuit solvency --ptau powersOfTau28_hez_final_16.ptau",
  ).action(async (zkey, _, command) => {
    const [{ finalizeCeremony }, { show }] = await load();
    const flags = command.optsWithGlobals();
    const { key, files } = await finalizeCeremony(instanceOf(flags), tauOf(flags), zkey);
    show(
      flags,
      { key, zkey: files.zkey, vkey: files.vkey },
      () => `${flags.circuit} ${flags.tier} now has a ceremony's key, SHA-256 ${files.zkey.sha256}`,
    );
  });
}

const tauOf = ({ ptau, ptauHash }: { readonly ptau: string; readonly ptauHash?: string | undefined }): PowersOfTau => ({
  path: ptau,
  blake2b: ptauHash,
});

function instanceOf({ circuit, tier }: { readonly circuit: CircuitName; readonly tier: TierName }): Instance {
  if (!INSTANCES.some((known) => known.circuit === circuit && known.tier === tier))
    throw new InputError("tier", `${circuit} has none of that name`, tier);
  return { circuit, tier };
}
