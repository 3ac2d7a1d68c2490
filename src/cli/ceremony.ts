/**
 * plimsoll ceremony: production keys, so that nobody can forge if one contributor was honest.
 *
 * @module
 */
import { InputError } from "../base/errors.ts";
import { INSTANCES, type CircuitName, type TierName } from "../protocol/constants.ts";
import { applyBeacon, contribute, finalizeCeremony, initCeremony, verifyCeremony, type PowersOfTau } from "../setup/ceremony.ts";
import type { Instance } from "../setup/mainComponent.ts";
import { remark, show, type Globals } from "./command.ts";

interface Flags extends Globals {
  readonly circuit: CircuitName;
  readonly tier: TierName;
  readonly ptau: string;
  readonly ptauHash?: string;
  readonly name: string;
  readonly hash: string;
  readonly iterations: number;
}

export async function init(flags: Flags, zkey: string): Promise<void> {
  const circuitHash = await initCeremony(instanceOf(flags), tauOf(flags), zkey);
  show(flags, { zkey, circuitHash }, () => `${zkey}\ncircuit hash ${circuitHash}`);
}

export async function addContribution(flags: Flags, from: string, to: string): Promise<void> {
  const contribution = await contribute(from, to, flags.name);
  remark(flags, "Publish this hash: by it you recognise your contribution in the final key.");
  show(flags, { zkey: to, contribution }, () => `${to}\ncontribution hash ${contribution.hash}`);
}

export async function addBeacon(flags: Flags, from: string, to: string): Promise<void> {
  const contribution = await applyBeacon(from, to, flags.name, flags.hash.replace(/^0x/, ""), flags.iterations);
  show(flags, { zkey: to, contribution }, () => `${to}\ncontribution hash ${contribution.hash}`);
}

export async function check(flags: Flags, zkey: string): Promise<void> {
  const transcript = await verifyCeremony(instanceOf(flags), tauOf(flags), zkey);
  show(flags, { zkey, verified: true, ...transcript }, () => [
    `verified: ${zkey}`, `circuit hash ${transcript.circuitHash}`,
    ...transcript.contributions.map(({ name, hash, beacon }) => `  ${beacon === undefined ? "contribution" : "beacon"} ${name}: ${hash}`),
  ].join("\n"));
}

export async function finalize(flags: Flags, zkey: string): Promise<void> {
  const { key, files } = await finalizeCeremony(instanceOf(flags), tauOf(flags), zkey);
  show(flags, { key, zkey: files.zkey, vkey: files.vkey }, () => `${flags.circuit} ${flags.tier} now has a ceremony's key, SHA-256 ${files.zkey.sha256}`);
}

const tauOf = ({ ptau, ptauHash }: Flags): PowersOfTau => ({ path: ptau, blake2b: ptauHash });

function instanceOf({ circuit, tier }: Flags): Instance {
  if (!INSTANCES.some((known) => known.circuit === circuit && known.tier === tier)) throw new InputError("tier", `${circuit} has none of that name`, tier);
  return { circuit, tier };
}
