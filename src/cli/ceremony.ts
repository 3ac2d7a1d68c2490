/**
 * plimsoll ceremony: production keys, so that nobody can forge if one contributor was honest.
 *
 * @module
 */
import { Option, type Command } from "commander";
import { InputError } from "../errors.ts";
import { CIRCUITS, INSTANCES, TIERS, type CircuitName, type TierName } from "../protocol.ts";
import type { PowersOfTau } from "../setup/ceremony.ts";
import type { Instance } from "../setup/mainComponent.ts";
import { examples, remark, show, wholeNumber, type Globals } from "./command.ts";

interface Flags extends Globals {
  readonly circuit: CircuitName;
  readonly tier: TierName;
  readonly ptau: string;
  readonly ptauHash?: string;
  readonly name: string;
  readonly hash: string;
  readonly iterations: number;
}

/** Loaded when a ceremony's command runs: snarkjs would slow the start of every other. */
const steps = () => import("../setup/ceremony.ts");

export function ceremonyCommands(program: Command): void {
  const ceremony = program.command("ceremony").description("make production keys: init, contribute, beacon, verify, finalize");
  const instance = (command: Command): Command => command
    .addOption(new Option("--circuit <circuit>", "which circuit").choices(CIRCUITS).makeOptionMandatory())
    .addOption(new Option("--tier <tier>", "which tier").choices(Object.keys(TIERS)).default("M"))
    .requiredOption("--ptau <file>", "powers of tau: a published powersOfTau28_hez_final file")
    .option("--ptau-hash <hex>", "BLAKE2b-512 of powers of tau from elsewhere, which you vouch for");

  examples(
    instance(ceremony.command("init <zkey>").description("write the first key, which is worthless until somebody contributes")),
    "plimsoll ceremony init solvency-0.zkey --circuit solvency --ptau powersOfTau28_hez_final_16.ptau",
  ).action(async (zkey: string, _: unknown, command: Command) => {
    const flags = command.optsWithGlobals<Flags>();
    const circuitHash = await (await steps()).initCeremony(instanceOf(flags), tauOf(flags), zkey);
    show(flags, { zkey, circuitHash }, () => `${zkey}\ncircuit hash ${circuitHash}`);
  });

  examples(
    ceremony.command("contribute <from> <to>").description("add your contribution, on a machine of your own; its secret is drawn and forgotten")
      .requiredOption("--name <name>", "shown to everyone who verifies the key"),
    'plimsoll ceremony contribute solvency-0.zkey solvency-1.zkey --name "Ada"',
  ).action(async (from: string, to: string, _: unknown, command: Command) => {
    const flags = command.optsWithGlobals<Flags>();
    const contribution = await (await steps()).contribute(from, to, flags.name);
    remark(flags, "Publish this hash: by it you recognise your contribution in the final key.");
    show(flags, { zkey: to, contribution }, () => `${to}\ncontribution hash ${contribution.hash}`);
  });

  examples(
    ceremony.command("beacon <from> <to>").description("add a public beacon that nobody could foresee at the last contribution")
      .requiredOption("--name <name>", "where it comes from").requiredOption("--hash <hex>", "a later block's hash, say")
      .option("--iterations <exponent>", "log2 of the number of hashes over it", wholeNumber(10, 40), 10),
    "plimsoll ceremony beacon solvency-5.zkey solvency-6.zkey --name block-23000000 --hash 0123… --iterations 20",
  ).action(async (from: string, to: string, _: unknown, command: Command) => {
    const flags = command.optsWithGlobals<Flags>();
    const contribution = await (await steps()).applyBeacon(from, to, flags.name, flags.hash.replace(/^0x/, ""), flags.iterations);
    show(flags, { zkey: to, contribution }, () => `${to}\ncontribution hash ${contribution.hash}`);
  });

  examples(
    instance(ceremony.command("verify <zkey>").description("check a key from circuit and powers of tau up, with every contribution")),
    "plimsoll ceremony verify solvency-6.zkey --circuit solvency --ptau powersOfTau28_hez_final_16.ptau",
  ).action(async (zkey: string, _: unknown, command: Command) => {
    const flags = command.optsWithGlobals<Flags>();
    const transcript = await (await steps()).verifyCeremony(instanceOf(flags), tauOf(flags), zkey);
    show(flags, { zkey, verified: true, ...transcript }, () => [
      `verified: ${zkey}`, `circuit hash ${transcript.circuitHash}`,
      ...transcript.contributions.map(({ name, hash, beacon }) => `  ${beacon === undefined ? "contribution" : "beacon"} ${name}: ${hash}`),
    ].join("\n"));
  });

  examples(
    instance(ceremony.command("finalize <zkey>").description("verify once more and put the key in place of the development key")),
    "plimsoll ceremony finalize solvency-6.zkey --circuit solvency --ptau powersOfTau28_hez_final_16.ptau",
  ).action(async (zkey: string, _: unknown, command: Command) => {
    const flags = command.optsWithGlobals<Flags>();
    const { key, files } = await (await steps()).finalizeCeremony(instanceOf(flags), tauOf(flags), zkey);
    show(flags, { key, zkey: files.zkey, vkey: files.vkey }, () => `${flags.circuit} ${flags.tier} now has a ceremony's key, SHA-256 ${files.zkey.sha256}`);
  });
}

const tauOf = ({ ptau, ptauHash }: Flags): PowersOfTau => ({ path: ptau, blake2b: ptauHash });

function instanceOf({ circuit, tier }: Flags): Instance {
  if (!INSTANCES.some((known) => known.circuit === circuit && known.tier === tier)) throw new InputError("tier", `${circuit} has none of that name`, tier);
  return { circuit, tier };
}
