/**
 * src/chain/abi.ts: the contracts' interfaces as TypeScript, from their sources, so that a client can't drift from what
 * it calls.
 */
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

/** Kinds of an interface's parts, in the order in which they are written. */
const ORDER = ["constructor", "error", "event", "function", "receive", "fallback"];

interface Item {
  readonly type: string;
  readonly name?: string;
  readonly inputs?: readonly unknown[];
}

/** Text of src/chain/abi.ts. */
export function abiTypescript(): string {
  const abis = abisOf(Object.values(CONTRACTS));
  const entries = Object.keys(CONTRACTS).map((name) => {
    const items = [...(abis[name] as readonly Item[])].sort((a, b) => (place(a) < place(b) ? -1 : 1));
    const lines = new Set(items.map((item) => literal(JSON.stringify(item, withoutInternalType))));
    return [`export const ${constant(name)} = [`, ...lines, "] as const;", ""].join("\n");
  });
  return [
    "/**",
    " * Interfaces of the contracts, one line for each function, event and error, as ethers, viem and abitype take them.",
    " * Generated from contracts/ by `npm run generate`; do not edit.",
    " *",
    " * @module",
    " */",
    ...entries,
    "/** All of them, by the contract's name. */",
    "export const ABI = {",
    ...Object.keys(CONTRACTS).map((name) => `  ${name}: ${constant(name)},`),
    "} as const;",
    "",
    "export type ContractName = keyof typeof ABI;",
    "",
    "/** What every item of an interface has. */",
    "export interface AbiItem {",
    "  readonly type: string;",
    "  readonly name?: string;",
    "}",
    "",
  ].join("\n");
}

const constant = (name: string): string => `${name[0]!.toLowerCase()}${name.slice(1)}Abi`;
const place = ({ type, name = "", inputs = [] }: Item): string =>
  `${ORDER.indexOf(type)} ${name} ${JSON.stringify(inputs)}`;
const withoutInternalType = (key: string, value: unknown): unknown => (key === "internalType" ? undefined : value);
/** A line of TypeScript from a line of JSON: names without quotes, a space within braces and behind colons and commas. */
const literal = (json: string): string =>
  `  ${json
    .replace(/"(\w+)":/g, "$1: ")
    .replaceAll(",", ", ")
    .replace(/\{(?!\})/g, "{ ")
    .replace(/(?<!\{)\}/g, " }")},`;
