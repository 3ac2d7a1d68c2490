/**
 * Collects what attestors sign of one block: from all at once, each answer checked before it counts.
 *
 * @module
 */
import * as v from "valibot";
import { ATTESTATION_TYPES, signingDomain } from "../chain/calls.ts";
import type { NetworkChain } from "../chain/network.ts";
import { askAll } from "./askAll.ts";
import { askJson } from "./client.ts";
import { reasonOf, type Log } from "./log.ts";
import { Ballots, memberSignature, type SignerSet } from "./members.ts";

const ATTESTATION = v.object({
  number: v.number(),
  blockHash: v.pipe(v.string(), v.regex(/^0x[0-9a-f]{64}$/)),
  set: v.pipe(
    v.string(),
    v.regex(/^\d{1,20}$/),
    v.transform((digits) => BigInt(digits)),
  ),
  place: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(254)),
  signature: v.pipe(v.string(), v.maxLength(200)),
});
const NOT_FINAL = v.object({ finalised: v.pipe(v.number(), v.integer(), v.minValue(0)) });

export interface Collected {
  /** Signatures by block hash. */
  readonly ballots: Ballots<string>;
  /** Heights that attestors called final instead of signing, if they did. */
  readonly finalised: readonly number[];
  /** Who didn't sign, and why. */
  readonly refused: readonly string[];
}

export interface Asking {
  readonly source: NetworkChain;
  readonly destination: NetworkChain;
  readonly mirror: string;
  readonly signers: SignerSet;
  readonly attestors: readonly string[];
  readonly log: Log;
}

/** Asks every attestor for a height. Nobody who is dead, slow or lying holds up the others. */
export async function collectAttestations(
  { source, destination, mirror, signers, attestors, log }: Asking,
  number: number,
): Promise<Collected> {
  const ballots = new Ballots<string>();
  const finalised: number[] = [];
  const refused: string[] = [];
  const domain = signingDomain("RootMirror", BigInt(destination.chainId), mirror);
  await askAll(
    attestors,
    async (url, i) => {
      const who = `attestors[${i}]`;
      const reason = await ask(who, url).catch(reasonOf);
      if (reason === undefined) return;
      refused.push(`${who}: ${reason}`);
      log("warn", "attestor skipped", { attestor: i, source: source.name, mirror: destination.name, number, reason });
    },
    () => ballots.full(signers.threshold).length > 0,
  );
  return { ballots, finalised, refused };

  async function ask(who: string, url: string): Promise<string | undefined> {
    const { status, json, shown } = await askJson(
      who,
      url,
      `/attestations/${source.name}/${number}?mirror=${destination.name}`,
    );
    if (status !== 200) {
      const early = v.safeParse(NOT_FINAL, json);
      if (early.success) finalised.push(early.output.finalised);
      return early.success ? `isn't final there, ${early.output.finalised} is` : shown;
    }
    const answer = v.safeParse(ATTESTATION, json);
    if (!answer.success || answer.output.number !== number) return "answered no attestation of this height";
    const { blockHash, set, place, signature } = answer.output;
    if (set !== signers.set) return `signed as of set ${set}, ${signers.set} is in force`;
    const message = { chainId: source.chainId, number, blockHash, set };
    const checked = memberSignature(signers, place, signature, domain, ATTESTATION_TYPES, message);
    if (checked === undefined) return `place ${place} didn't sign what it sent`;
    ballots.add(blockHash, blockHash, checked);
    return undefined;
  }
}
