/**
 * An attestor: signs the hashes of blocks that its own node calls final, for mirrors that count it among their signers.
 * It signs one hash for a height, ever: where finality broke it falls silent and calls for people.
 *
 * @module
 */
import type { Wallet } from "ethers";
import { ATTESTATION_TYPES, signingDomain } from "../chain/calls.ts";
import type { NetworkChain } from "../chain/network.ts";
import type { Store } from "../store/store.ts";
import type { Task } from "./daemon.ts";
import { currentSet } from "./members.ts";
import { HttpRefusal, badRequest, type Handler } from "./server.ts";
import { toJson } from "../base/json.ts";
import { SignedBefore, SignedOnce } from "./signedOnce.ts";
import { remembered, type World } from "./world.ts";

/** What an attestor answers: `parseAttestation` reads it. */
export interface Attestation {
  readonly number: number;
  readonly blockHash: string;
  readonly set: bigint;
  readonly place: number;
  readonly signature: string;
}

export interface AttestorOptions {
  /** Where the records of what was signed are: lost, the attestor no longer knows what it signed. */
  readonly store: Store;
  /** Heights that are remembered for each route. */
  readonly keep?: number;
}

export const KEPT_HEIGHTS = 1_024;

/**
 * Signs for every mirror that counts the signer; serves what it signs. Its store is to be backed up.
 *
 * @example
 * ```ts
 * import { Attestor, serve } from "plimsoll/services";
 *
 * const attestor = new Attestor(world, signer, { store });
 * await serve("127.0.0.1:8801", [attestor.handler], log);
 * const { blockHash, signature } = await attestor.attest("ethereum", 21_000_000, "home");
 * ```
 */
export class Attestor {
  /** By name. Two requests may not open one record twice. */
  private readonly record: (name: string) => Promise<SignedOnce>;

  constructor(
    private readonly world: World,
    private readonly signer: Wallet,
    { store, keep = KEPT_HEIGHTS }: AttestorOptions,
  ) {
    this.record = remembered((name) =>
      SignedOnce.open(store, `attested-${name}.json`, `${signer.address} attested ${name}`, keep),
    );
  }

  /**
   * Signs the hash of a source chain's block for the mirror that a chain has of it.
   *
   * @throws HttpRefusal 404 for a route that there isn't, 403 when this signer is none of the mirror's, 409 for a block
   *   that isn't final yet (with the height that is) or whose height was signed for another hash
   */
  async attest(sourceName: string, height: number, mirrorName: string): Promise<Attestation> {
    const { chains } = this.world.network;
    const [source, destination] = [sourceName, mirrorName].map((name) => chains.find((chain) => chain.name === name));
    const mirror = destination?.roots[sourceName];
    if (source === undefined || destination === undefined || mirror === undefined || source === destination) {
      throw new HttpRefusal(404, `there is no mirror of ${sourceName} on ${mirrorName}`);
    }
    const node = await this.world.node(mirrorName);
    const { set, members } = await currentSet(node, "RootMirror", mirror);
    const place = members.indexOf(this.signer.address);
    if (place < 0) throw new HttpRefusal(403, `${this.signer.address} is none of the attestors in force`, { set });
    const generation = await node.read<bigint>("RootMirror", mirror, "generation");

    const record = await this.record(`${source.chainId}-${destination.chainId}-${mirror.toLowerCase()}-${generation}`);
    const blockHash = await this.finalHash(source, height, record);
    await record.commit(height, blockHash).catch((error: unknown) => {
      if (!(error instanceof SignedBefore)) throw error;
      if (error.statement !== undefined) this.finalityBroke(source, height, error.statement, blockHash);
      throw new HttpRefusal(409, error.message, { number: height });
    });
    const domain = signingDomain("RootMirror", BigInt(destination.chainId), mirror);
    const signature = await this.signer.signTypedData(domain, ATTESTATION_TYPES, {
      chainId: source.chainId,
      number: height,
      blockHash,
      set,
    });
    this.world.log("info", "attested", { source: sourceName, mirror: mirrorName, number: height, blockHash, set });
    return { number: height, blockHash, set, place, signature };
  }

  /** GET /attestations/<source chain>/<height>?mirror=<chain> */
  readonly handler: Handler = async ([path, source, height, ...rest], query) => {
    if (path !== "attestations" || source === undefined || height === undefined || rest.length > 0) return undefined;
    if (!/^\d{1,15}$/.test(height)) throw badRequest("height", "must be a whole number", height);
    const mirror = query.get("mirror");
    if (mirror === null) throw badRequest("mirror", "must name the chain that the mirror is on");
    return toJson(await this.attest(source, Number(height), mirror));
  };

  /** One for each chain that some other chain has a mirror of: that its node answers, and how far behind the clock it is. */
  tasks(now: () => number = Date.now): Task[] {
    const { chains } = this.world.network;
    const sources = chains.filter(({ name }) =>
      chains.some((other) => other.name !== name && other.roots[name] !== undefined),
    );
    return sources.map(({ name }) => ({
      name: `node ${name}`,
      run: async () => {
        const { number, time } = await (await this.world.node(name)).finalised();
        return { finalised: number, lagSeconds: Math.max(0, Math.floor(now() / 1000) - time) };
      },
    }));
  }

  /** Hash of a final block. Whoever signed a block that its node no longer has must not vouch for what came instead. */
  private async finalHash(source: NetworkChain, height: number, record: SignedOnce): Promise<string> {
    const node = await this.world.node(source.name);
    const finalised = await node.finalised();
    if (height > finalised.number)
      throw new HttpRefusal(409, `${source.name} ${height} isn't final yet`, { finalised: finalised.number });
    const newest = [...record.all].findLast(([number]) => number <= finalised.number);
    if (newest !== undefined && newest[0] !== height) {
      const { hash } = await node.block(newest[0]);
      if (hash !== newest[1]) {
        this.finalityBroke(source, newest[0], newest[1], hash);
        throw new HttpRefusal(409, `${source.name} ${newest[0]} was signed for another hash than the node has now`, {
          number: newest[0],
        });
      }
    }
    return (await node.block(height)).hash;
  }

  private finalityBroke({ name }: NetworkChain, number: number, signed: string, found: string): void {
    this.world.log("alarm", "finality broke", { source: name, number, signed, found });
  }
}
