// Loaded into Node before a program (NODE_OPTIONS), since most clients there make agents of their own, which read no
// proxy from the environment: connections to Amazon's hosts for Mechanical Turk go through the redirect.
"use strict";
const http = require("http");
const https = require("https");
const tls = require("tls");
const { URL } = require("url");

const HOSTS = new Set(/*HOSTS*/);
const led = (options) => !options.socketPath && HOSTS.has(String(options.host).toLowerCase().replace(/\.$/, ""));

function through(proxy, options, port, made) {
  const given = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  const asked = http.request({
    host: proxy.hostname,
    port: proxy.port,
    method: "CONNECT",
    path: `${options.host}:${port}`,
    headers: { "Proxy-Authorization": "Basic " + Buffer.from(given).toString("base64") },
    agent: false,
  });
  asked.once("connect", (answer, socket) => {
    if (answer.statusCode === 200) return made(null, socket);
    socket.destroy();
    made(new Error(`mturk's redirect answered ${answer.statusCode}: ${answer.statusMessage}`));
  });
  asked.once("error", (error) => made(new Error(`mturk's redirect is not reached: ${error.message}`)));
  asked.end();
}

function leads(Agent, proxy, usualPort, secured) {
  const usual = Agent.prototype.createConnection;
  Agent.prototype.createConnection = function (...given) {
    const [options, made] = given;
    if (typeof options !== "object" || typeof made !== "function" || !led(options)) return usual.apply(this, given);
    through(proxy, options, options.port || usualPort, (error, socket) => {
      made(error, error ? undefined : secured(socket, options));
    });
  };
}

if (process.env.HTTPS_PROXY) {
  // Read now: a program that forgets it later is led all the same.
  const proxy = new URL(process.env.HTTPS_PROXY);
  leads(http.Agent, proxy, 80, (socket) => socket);
  leads(https.Agent, proxy, 443, (socket, options) =>
    tls.connect({ ...options, path: undefined, socket, servername: options.servername || options.host }));
}
