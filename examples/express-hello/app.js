// The application itself; server.js makes it listen, the test asks it directly.
import express from "express";

const VERSION = "1.0.0"; // change it, run `pierhead up` again, and watch the address answer with it

export const app = express();
app.disable("x-powered-by");

app.get("/", (request, response) => {
  response.json({ app: "hello", version: VERSION, greeting: process.env.GREETING ?? "hello" });
});

app.get("/health", (request, response) => {
  response.json({ status: "healthy" });
});
