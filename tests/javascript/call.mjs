// Sends commands of the AWS SDK for JavaScript, which come as lines of JSON, and answers each with a line of JSON.
// The address and the keys stand in the environment, as AWS's SDKs read them.
import { createInterface } from "node:readline";
import * as mturk from "@aws-sdk/client-mturk";

const client = new mturk.MTurkClient({ maxAttempts: 1 });

async function call({ operation, input }) {
  // Times cross the pipe as text; the SDK takes Date objects.
  for (const name of ["ExpireAt"]) {
    if (name in input) input[name] = new Date(input[name]);
  }
  try {
    const { $metadata, ...answer } = await client.send(new mturk[operation + "Command"](input));
    return { answer, requestId: $metadata.requestId ?? null };
  } catch (error) {
    const { name, message, $fault, $metadata, TurkErrorCode, Parameter } = error;
    const isService = error instanceof mturk.MTurkServiceException;
    const status = $metadata?.httpStatusCode ?? null;
    return { error: { name, message: error.Message ?? message, $fault, status, TurkErrorCode, Parameter, isService } };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(JSON.stringify(await call(JSON.parse(line))) + "\n");
}
