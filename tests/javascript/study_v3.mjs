// The study of examples/moving/boto3 by the AWS SDK for JavaScript v3, as written for Amazon's own host.
import {
  MTurkClient, CreateHITTypeCommand, CreateHITWithHITTypeCommand, paginateListReviewableHITs,
  paginateListAssignmentsForHIT, ApproveAssignmentCommand, RejectAssignmentCommand, SendBonusCommand,
} from "@aws-sdk/client-mturk";

const client = new MTurkClient({ region: "us-east-1" });
const LABELS = ["cat", "dog", "bird"];
const question = (picture) => `
<ExternalQuestion xmlns="http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2006-07-14/ExternalQuestion.xsd">
  <ExternalURL>https://pictures.my-lab.org/label?picture=${picture}</ExternalURL>
  <FrameHeight>600</FrameHeight>
</ExternalQuestion>`;

async function publish() {
  const { HITTypeId } = await client.send(new CreateHITTypeCommand({
    Title: "Label a picture",
    Description: "Say in one word what it shows",
    Keywords: "picture, label",
    Reward: "0.05",
    AssignmentDurationInSeconds: 600,
    AutoApprovalDelayInSeconds: 259200,
    QualificationRequirements: [
      { QualificationTypeId: "00000000000000000071", Comparator: "EqualTo", LocaleValues: [{ Country: "US" }] },
    ],
  }));
  for (const picture of [1, 2]) {
    const { HIT } = await client.send(new CreateHITWithHITTypeCommand({
      HITTypeId, Question: question(picture), MaxAssignments: 3, LifetimeInSeconds: 86400,
      RequesterAnnotation: `picture-${picture}`,
    }));
    console.log(HIT.HITId);
  }
}

const answer = (assignment, name) =>
  assignment.Answer.match(new RegExp(`<QuestionIdentifier>${name}</QuestionIdentifier>\\s*<FreeText>([^<]*)<`))?.[1];

async function listed(pages, name) {
  const found = [];
  for await (const page of pages) found.push(...(page[name] ?? []));
  return found;
}

async function review() {
  for (const { HITId } of await listed(paginateListReviewableHITs({ client }, {}), "HITs")) {
    const wanted = { HITId, AssignmentStatuses: ["Submitted"] };
    for (const work of await listed(paginateListAssignmentsForHIT({ client }, wanted), "Assignments")) {
      const { AssignmentId, WorkerId } = work, label = answer(work, "label");
      if (!LABELS.includes(label)) {
        const RequesterFeedback = "The label is none of the three";
        await client.send(new RejectAssignmentCommand({ AssignmentId, RequesterFeedback }));
        continue;
      }
      console.log(HITId, WorkerId, label);
      await client.send(new ApproveAssignmentCommand({ AssignmentId, RequesterFeedback: "Thank you" }));
      if (answer(work, "comment")) {
        await client.send(new SendBonusCommand({
          AssignmentId, WorkerId, BonusAmount: "0.10", Reason: "For the comment", UniqueRequestToken: AssignmentId,
        }));
      }
    }
  }
}

await { publish, review }[process.argv[2]]();
