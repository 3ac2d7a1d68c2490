/**
 * src/chain/abi.ts: the contracts' interfaces as TypeScript, from their sources, so that a client can't drift from what
 * it calls.
 */
import { Interface } from "ethers";
import { abisOf } from "./solidity.ts";

/** Contracts that clients call, and the interface and errors of the tokens that vaults and desks hold. */
const CONTRACTS = {
  AccountRegistry: "contracts/AccountRegistry.sol",
  CollateralVault: "contracts/CollateralVault.sol",
  CreditDesk: "contracts/CreditDesk.sol",
  IssuerNotes: "contracts/IssuerNotes.sol",
  LocalRoots: "contracts/LocalRoots.sol",
  RiskTable: "contracts/RiskTable.sol",
  RootMirror: "contracts/RootMirror.sol",
  VenueOutbox: "contracts/VenueOutbox.sol",
  Verifiers: "contracts/Verifiers.sol",
  IERC20Metadata: "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol",
  IERC20Errors: "@openzeppelin/contracts/interfaces/draft-IERC6093.sol",
} as const;

/** Text of src/chain/abi.ts. */
export function abiTypescript(): string {
  const abis = abisOf(Object.values(CONTRACTS));
  const entries = Object.keys(CONTRACTS).map((name) => {
    const lines = new Interface(abis[name]!).format().map((line) => `    ${JSON.stringify(line)},`);
    return [`  ${name}: [`, ...[...new Set(lines)].sort(), "  ],"].join("\n");
  });
  return [
    "/**",
    " * Interfaces of the contracts, one line for each function, event and error. Generated from contracts/ by",
    " * `npm run generate`; do not edit.",
    " *",
    " * @module",
    " */",
    "export const ABI = {",
    ...entries,
    "} as const;",
    "",
    "export type ContractName = keyof typeof ABI;",
    "",
  ].join("\n");
}
