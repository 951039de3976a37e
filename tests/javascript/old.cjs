// Runs the module mturk of 2012 unchanged: each line of JSON names a function and what it is given, and is answered by a
// line with what its callback got. What it tells by itself is a line with the event.
const options = {
  url: process.env.MTURK_URL,
  accessKeyId: process.env.AWS_ACCESS_KEY_ID,
  secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY,
  receptor: { host: "127.0.0.1", port: Number(process.env.RECEPTOR_PORT) },
  poller: { frequency_ms: 100 },
};
const mturk = require("mturk")(options);

const say = (told) => process.stdout.write(JSON.stringify(told) + "\n");
const plain = (value) => (value instanceof Error ? { error: value.message } : Array.isArray(value) ? value.map(plain) : value);

function made(value) {
  if (value && value.price) return new mturk.Price(...value.price);
  if (value && value.notification) return mturk.Notification.build(...value.notification);
  return value === null ? undefined : value;
}

require("node:readline").createInterface({ input: process.stdin })
  .on("line", (line) => {
    const { name, given } = JSON.parse(line);
    if (name === "on") {
      mturk.on(given[0], (told) => say({ event: given[0], told }));
      return say({ answer: [] });
    }
    const [kind, verb] = name.split(".");
    mturk[kind][verb](...given.map(made), (...answer) => say({ answer: answer.map(plain) }));
  })
  .on("close", () => process.exit(0));
