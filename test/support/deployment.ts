/**
 * The contracts on two chains: a home with the registry, and another with a vault, a desk and a venue.
 *
 * @module
 */
import {
  Contract,
  Wallet,
  getCreateAddress,
  resolveAddress,
  type AddressLike,
  type ContractTransactionReceipt,
} from "ethers";
import { committeeHash } from "../../src/committee/ciphertext.ts";
import {
  ATTESTATION_TYPES,
  EPOCH_TYPES,
  ROOT_SLOTS,
  circuitNumber,
  signingDomain,
  tierNumber,
} from "../../src/chain/calls.ts";
import { NodeError } from "../../src/base/errors.ts";
import { readHeader, readRootProof, type Header, type RootProof } from "../../src/chain/header.ts";
import type { NetworkChain } from "../../src/chain/network.ts";
import { INSTANCES, type TierName } from "../../src/protocol/constants.ts";
import { verifierName } from "../../src/setup/verifierSolidity.ts";
import { send, type Chain } from "./chain.ts";
import { COMMITTEE, DESK, VAULT, VENUE } from "./world.ts";

export const RECEIVE_INTERVAL = 300;
/** Who signs epochs and blocks: any three of these four. */
export const SIGNERS = [1, 2, 3, 4].map((key) => new Wallet(`0x${key.toString(16).padStart(64, "0")}`));
export const THRESHOLD = 3;
const addresses = SIGNERS.map(({ address }) => address);

/** What every chain has. */
interface Base {
  readonly chain: Chain;
  readonly verifiers: Contract;
  readonly table: Contract;
  /** Roots of the other chain. */
  readonly mirror: Contract;
}
export interface Home extends Base {
  readonly notes: Contract;
  readonly registry: Contract;
}
export interface Away extends Base {
  readonly btc: Contract;
  readonly usd: Contract;
  readonly vault: Contract;
  readonly desk: Contract;
  readonly venue: Contract;
}

async function base(chain: Chain, other: Chain, tiers: readonly TierName[]): Promise<Base> {
  const owner = chain.addresses[0];
  const entries = [];
  for (const { circuit, tier } of INSTANCES.filter((instance) => tiers.includes(instance.tier))) {
    const verifier = await chain.deploy(verifierName(circuit, tier));
    entries.push([circuitNumber(circuit), tierNumber(tier), await verifier.getAddress()]);
  }
  return {
    chain,
    verifiers: await chain.deploy("Verifiers", entries),
    table: await chain.deploy("RiskTable", addresses, THRESHOLD, owner, 600, 7200, 10_000),
    mirror: await chain.deploy("RootMirror", other.chainId, addresses, THRESHOLD, owner, 7200, 86_400),
  };
}

/** Deploys everything. Contracts of the two chains name each other, so the later ones' addresses are known before. */
export async function deployAll(
  homeChain: Chain,
  awayChain: Chain,
  tiers: readonly TierName[],
): Promise<{ home: Home; away: Away }> {
  const home = await base(homeChain, awayChain, tiers);
  const away = await base(awayChain, homeChain, tiers);
  for (const chain of [homeChain, awayChain]) await chain.deploy("Encodings");
  const btc = await awayChain.deploy("Token", 8);
  const usd = await awayChain.deploy("Token", 6);

  const nonce = await homeChain.signers[0].getNonce();
  const registryAddress = getCreateAddress({ from: homeChain.addresses[0], nonce: nonce + 1 });
  const config = async (): Promise<unknown[]> => [
    await away.verifiers.getAddress(),
    await away.table.getAddress(),
    await away.mirror.getAddress(),
    registryAddress,
    1,
    committeeHash(COMMITTEE),
    [3_600 * 2, 3_600 * 6, 3_600 * 12, 86_400],
  ];
  const owner = awayChain.addresses[0];
  const vault = await awayChain.deploy(
    "CollateralVault",
    VAULT,
    await away.verifiers.getAddress(),
    await away.mirror.getAddress(),
    registryAddress,
    86_400,
    [
      [await btc.getAddress(), 1_000_000n, 1, 1_000_000, 10_000],
      [await usd.getAddress(), 1_000_000n, 1, 100_000_000, 1_000_000],
    ],
  );
  const desk = await awayChain.deploy(
    "CreditDesk",
    DESK,
    await config(),
    [await usd.getAddress(), 1_000_000n, 500, 1_000_000n, 10n ** 12n, 86_400],
    owner,
  );
  const venue = await awayChain.deploy("VenueOutbox", VENUE, await config(), 2, 60, owner, owner);

  const source = await home.mirror.getAddress();
  const issuers = await Promise.all(
    (
      [
        [VAULT, vault],
        [VENUE, venue],
        [DESK, desk],
      ] as const
    ).map(async ([issuer, contract]) => [issuer, source, await contract.getAddress()]),
  );
  const notes = await homeChain.deploy("IssuerNotes", issuers, 86_400);
  const registry = await homeChain.deploy(
    "AccountRegistry",
    await home.verifiers.getAddress(),
    await home.table.getAddress(),
    await notes.getAddress(),
    RECEIVE_INTERVAL,
    homeChain.addresses[0],
  );
  if ((await registry.getAddress()) !== registryAddress) throw new Error("the registry is elsewhere");
  return { home: { ...home, notes, registry }, away: { ...away, btc, usd, vault, desk, venue } };
}

/** Publishes a table's root on a chain. */
export async function publishTable(
  { chain, table }: Pick<Base, "chain" | "table">,
  root: bigint,
  number: number,
  lasts = 3_600,
): Promise<ContractTransactionReceipt> {
  const asOf = await chain.now();
  const epoch = { number, root, asOf, notAfter: asOf + lasts, largestMove: 100 };
  const domain = signingDomain("RiskTable", chain.chainId, await table.getAddress());
  const signatures = await sign((signer) => signer.signTypedData(domain, EPOCH_TYPES, { ...epoch, set: 1 }));
  return send(table, "publish", epoch, 1, signatures);
}

/** Brings a contract's root from the source's newest block: the attestors' header and the storage proof at once. */
export async function relay(
  to: Pick<Base, "chain" | "mirror">,
  from: Pick<Base, "chain">,
  contract: AddressLike,
  root: keyof typeof ROOT_SLOTS,
): Promise<ContractTransactionReceipt> {
  const source = { chain: { name: "source" } as NetworkChain, rpc: from.chain.rpc };
  const account = await resolveAddress(contract);
  const newest = async (attempts: number): Promise<[Header, RootProof]> => {
    try {
      const header = await readHeader(source, BigInt(await from.chain.provider.getBlockNumber()));
      return [header, await readRootProof(source, account, ROOT_SLOTS[root], header)];
    } catch (error) {
      // While another process has the node mine a block, its newest state is that of no block yet.
      if (!(error instanceof NodeError) || attempts === 0) throw error;
      return newest(attempts - 1);
    }
  };
  const [header, proof] = await newest(100);
  const signatures = await attestation(to, from, header.number, header.hash);
  const { interface: calls } = to.mirror;
  return send(to.mirror, "multicall", [
    calls.encodeFunctionData("attest", [header.number, header.hash, 1, signatures]),
    calls.encodeFunctionData("mirror", [header.rlp, [proof]]),
  ]);
}

/** What attestors sign of a block. */
export async function attestation(
  to: Pick<Base, "chain" | "mirror">,
  from: Pick<Base, "chain">,
  number: bigint,
  blockHash: string,
): Promise<unknown[]> {
  const domain = signingDomain("RootMirror", to.chain.chainId, await to.mirror.getAddress());
  const message = { chainId: from.chain.chainId, number, blockHash, set: 1 };
  return sign((signer) => signer.signTypedData(domain, ATTESTATION_TYPES, message));
}

const sign = (by: (signer: Wallet) => Promise<string>): Promise<unknown[]> =>
  Promise.all(SIGNERS.slice(0, THRESHOLD).map(async (signer, place) => ({ place, data: await by(signer) })));

/** Sets both chains' clocks to the later one of the two plus some seconds. */
export async function pass(seconds: number, ...chains: readonly Chain[]): Promise<void> {
  const time = Math.max(...(await Promise.all(chains.map((chain) => chain.now())))) + seconds;
  for (const chain of chains) {
    await chain.rpc("evm_setNextBlockTimestamp", [time]);
    await chain.rpc("evm_mine");
  }
}
