/**
 * A network file's content for tests that look at no chain: home and south, a vault and a desk.
 *
 * @module
 */
import type { Network } from "../../src/chain/network.ts";
import { COMMITTEE, DESK, VAULT } from "./world.ts";

const address = (n: number): string => `0x${n.toString(16).padStart(40, "0")}`;

export const smallNetwork = (): Network => ({
  keys: "development",
  tiers: ["T"],
  home: "home",
  registry: address(1),
  issuerNotes: address(2),
  committee: COMMITTEE,
  chains: [
    {
      name: "home",
      chainId: 1,
      startBlock: 0,
      finality: 0,
      verifiers: address(3),
      riskTable: address(4),
      roots: { home: address(5), south: address(6) },
    },
    {
      name: "south",
      chainId: 2,
      startBlock: 0,
      finality: 0,
      verifiers: address(7),
      riskTable: address(8),
      roots: { south: address(9), home: address(10) },
    },
  ],
  issuers: [
    { id: VAULT, name: "vault-home", kind: "vault", chain: "home", contract: address(11) },
    { id: DESK, name: "desk-south", kind: "desk", chain: "south", contract: address(12) },
  ],
});
