import { app } from "./app.js";

const port = Number(process.env.PORT ?? 3000);
const server = app.listen(port, "127.0.0.1", (error) => {
  if (error) throw error;
  console.log(`listening on 127.0.0.1:${port}`);
});

// SIGTERM means: take no new connections, finish the requests in flight, then go.
process.once("SIGTERM", () => {
  console.log("ending after the requests in flight");
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});
