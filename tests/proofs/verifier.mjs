// Runs the page's own script on the vectors: `node verifier.mjs PAGE VECTORS`, which prints what each gives.
import { readFileSync } from "node:fs";
import { webcrypto } from "node:crypto";
import vm from "node:vm";

const [page, vectors] = process.argv.slice(2).map((path) => readFileSync(path, "utf8"));
const [, script] = /<script id="verifier">([\s\S]*?)<\/script>/.exec(page);
const room = { crypto: webcrypto, TextEncoder, TextDecoder, atob, btoa, Uint8Array, DataView };
vm.createContext(room);
vm.runInContext(`${script}\nglobalThis.verify = verify;`, room);

const found = [];
for (const { name, text, key } of JSON.parse(vectors)) {
  const { kind, holds, findings, said } = await room.verify(text, key ?? "");
  found.push({ name, kind, holds, findings, said });
}
console.log(JSON.stringify(found));
