import assert from "node:assert/strict";
import { test } from "node:test";
import { app } from "./app.js";

test("it is healthy and greets", async () => {
  const server = app.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  try {
    const base = `http://127.0.0.1:${server.address().port}`;
    assert.deepEqual(await (await fetch(`${base}/health`)).json(), { status: "healthy" });
    assert.equal((await (await fetch(base)).json()).greeting, "hello");
  } finally {
    server.close();
  }
});
