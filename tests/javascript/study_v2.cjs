// The study of examples/moving/boto3 by the AWS SDK for JavaScript v2, as written for Amazon's own host.
const AWS = require("aws-sdk");

const client = new AWS.MTurk({ region: "us-east-1", endpoint: "https://mturk-requester.us-east-1.amazonaws.com" });
const LABELS = ["cat", "dog", "bird"];
const question = (picture) => `
<ExternalQuestion xmlns="http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2006-07-14/ExternalQuestion.xsd">
  <ExternalURL>https://pictures.my-lab.org/label?picture=${picture}</ExternalURL>
  <FrameHeight>600</FrameHeight>
</ExternalQuestion>`;

async function publish() {
  const { HITTypeId } = await client.createHITType({
    Title: "Label a picture",
    Description: "Say in one word what it shows",
    Keywords: "picture, label",
    Reward: "0.05",
    AssignmentDurationInSeconds: 600,
    AutoApprovalDelayInSeconds: 259200,
    QualificationRequirements: [
      { QualificationTypeId: "00000000000000000071", Comparator: "EqualTo", LocaleValues: [{ Country: "US" }] },
    ],
  }).promise();
  for (const picture of [1, 2]) {
    const { HIT } = await client.createHITWithHITType({
      HITTypeId, Question: question(picture), MaxAssignments: 3, LifetimeInSeconds: 86400,
      RequesterAnnotation: `picture-${picture}`,
    }).promise();
    console.log(HIT.HITId);
  }
}

const answer = (assignment, name) =>
  assignment.Answer.match(new RegExp(`<QuestionIdentifier>${name}</QuestionIdentifier>\\s*<FreeText>([^<]*)<`))?.[1];

async function review() {
  const { HITs } = await client.listReviewableHITs({ MaxResults: 100 }).promise();
  for (const { HITId } of HITs) {
    const wanted = { HITId, AssignmentStatuses: ["Submitted"], MaxResults: 100 };
    const { Assignments } = await client.listAssignmentsForHIT(wanted).promise();
    for (const work of Assignments) {
      const { AssignmentId, WorkerId } = work, label = answer(work, "label");
      if (!LABELS.includes(label)) {
        const RequesterFeedback = "The label is none of the three";
        await client.rejectAssignment({ AssignmentId, RequesterFeedback }).promise();
        continue;
      }
      console.log(HITId, WorkerId, label);
      await client.approveAssignment({ AssignmentId, RequesterFeedback: "Thank you" }).promise();
      if (answer(work, "comment")) {
        await client.sendBonus({
          AssignmentId, WorkerId, BonusAmount: "0.10", Reason: "For the comment", UniqueRequestToken: AssignmentId,
        }).promise();
      }
    }
  }
}

({ publish, review })[process.argv[2]]().catch((error) => {
  console.error(error);
  process.exit(1);
});
