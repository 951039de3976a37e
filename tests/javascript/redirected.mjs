// The AWS SDK for JavaScript, with a proxy from the environment as programs for labs have one: it asks for the balance.
import { once } from "node:events";
import http from "node:http";
import https from "node:https";
import tls from "node:tls";
import { MTurkClient, GetAccountBalanceCommand } from "@aws-sdk/client-mturk";
import { NodeHttpHandler } from "@smithy/node-http-handler";

const proxy = new URL(process.env.HTTPS_PROXY);

// What packages like https-proxy-agent do.
class ProxyAgent extends https.Agent {
  createConnection({ host, port, servername }, made) {
    const authorization = "Basic " + Buffer.from(`${proxy.username}:${proxy.password}`).toString("base64");
    const headers = { "Proxy-Authorization": authorization };
    const asked = http.request({ host: proxy.hostname, port: proxy.port, method: "CONNECT", path: `${host}:${port}`, headers });
    once(asked, "connect").then(([, socket]) => made(null, tls.connect({ socket, servername: servername || host })), made);
    asked.end();
  }
}

const requestHandler = new NodeHttpHandler({ httpsAgent: new ProxyAgent() });
const client = new MTurkClient({ region: "us-east-1", maxAttempts: 1, requestHandler });
console.log((await client.send(new GetAccountBalanceCommand({}))).AvailableBalance);
process.exit(0);
