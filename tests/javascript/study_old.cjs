// The study of examples/moving/boto3 by npm mturk 0.4.1, as far as it goes: its README's way to start, Amazon's own host.
const mturk = require("mturk")({
  url: process.env.OLD_URL || "https://mechanicalturk.sandbox.amazonaws.com",
  accessKeyId: process.env.AWS_ACCESS_KEY_ID,
  secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY,
});
const { HITType, HIT, Assignment, Price } = mturk;
const LABELS = ["cat", "dog", "bird"];
const question = (picture) => `
<ExternalQuestion xmlns="http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2006-07-14/ExternalQuestion.xsd">
  <ExternalURL>https://pictures.my-lab.org/label?picture=${picture}</ExternalURL>
  <FrameHeight>600</FrameHeight>
</ExternalQuestion>`;

// Its callbacks as promises.
const done = (verb, ...given) =>
  new Promise((fine, wrong) => verb(...given, (error, ...found) => (error ? wrong(error) : fine(found))));

async function publish() {
  const terms = ["Label a picture", "Say in one word what it shows", new Price(0.05, "USD"), 600];
  const [type] = await done(HITType.create, ...terms, { keywords: "picture, label" });
  for (const picture of [1, 2]) {
    const options = { maxAssignments: 3, requesterAnnotation: JSON.stringify({ picture }) };
    const [hit] = await done(HIT.create, type.id, question(picture), 86400, options);
    console.log(hit.id);
  }
}

async function review() {
  const hits = (await done(HIT.getReviewable, { pageSize: 100 }))[3];
  for (const hit of hits) {
    const submitted = (await done(HIT.getAssignments, hit.id, { assignmentStatus: "Submitted", pageSize: 100 }))[3];
    for (const work of submitted) {
      const answers = [].concat(work.answer.QuestionFormAnswers.Answer);
      const label = answers.find((answer) => answer.QuestionIdentifier === "label").FreeText;
      if (LABELS.includes(label)) {
        console.log(hit.id, work.workerId, label);
        await done(Assignment.approve, work.id, "Thank you");
      } else {
        await done(Assignment.reject, work.id, "The label is none of the three");
      }
    }
  }
}

({ publish, review })[process.argv[2]]().then(() => process.exit(0), (error) => {
  console.error(error);
  process.exit(1);
});
