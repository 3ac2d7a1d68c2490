// First module of a worker thread while the TypeScript sources run directly: on Node 20, `--import tsx` has no effect
// in a thread, so the thread registers tsx itself. Not compiled, not part of the package.
import { register } from "tsx/esm/api";

register();
await import(process.argv[2]);
