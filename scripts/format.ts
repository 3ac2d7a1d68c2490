/**
 * The second half of npm run format: lays out Solidity by forge fmt, where npm has a forge for this platform.
 */
import { spawnSync } from "node:child_process";
import { foundry } from "./foundry.ts";

const forge = foundry("forge");
if (forge !== undefined) process.exitCode = spawnSync(forge, ["fmt"], { stdio: "inherit" }).status ?? 1;
