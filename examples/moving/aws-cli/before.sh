#!/bin/sh
# Labels of pictures by AWS's command line: sh before.sh publish, and when the work is in sh before.sh review
set -eu
export AWS_DEFAULT_REGION=us-east-1

publish() {
    hit_type=$(aws mturk create-hit-type \
        --title "Label a picture" \
        --description "Say in one word what it shows" \
        --keywords "picture, label" \
        --reward 0.05 \
        --assignment-duration-in-seconds 600 \
        --auto-approval-delay-in-seconds 259200 \
        --qualification-requirements \
        'QualificationTypeId=00000000000000000071,Comparator=EqualTo,LocaleValues=[{Country=US}]' \
        --query HITTypeId --output text)
    for picture in 1 2; do
        sed "s/PICTURE/$picture/" question.xml >question-of-one.xml
        aws mturk create-hit-with-hit-type \
            --hit-type-id "$hit_type" \
            --question file://question-of-one.xml \
            --max-assignments 3 \
            --lifetime-in-seconds 86400 \
            --requester-annotation "picture-$picture" \
            --query HIT.HITId --output text
    done
}

# What is between the tags behind an identifier; good for words without & and < alone.
answer() {
    printf '%s' "$1" | sed -n "s:.*<QuestionIdentifier>$2</QuestionIdentifier><FreeText>\([^<]*\)</FreeText>.*:\1:p"
}

review() {
    for hit in $(aws mturk list-reviewable-hits --query 'HITs[].HITId' --output text); do
        aws mturk list-assignments-for-hit --hit-id "$hit" --assignment-statuses Submitted \
            --query 'Assignments[].[AssignmentId, WorkerId]' --output text >work.txt
        while read -r work worker; do
            # By itself: an answer may have line ends, and what is behind one is no line of work.txt.
            document=$(aws mturk get-assignment --assignment-id "$work" --query Assignment.Answer --output text)
            label=$(answer "$document" label)
            case $label in
            cat | dog | bird) ;;
            *)
                aws mturk reject-assignment --assignment-id "$work" --requester-feedback "The label is none of the three"
                continue
                ;;
            esac
            echo "$hit $worker $label"
            aws mturk approve-assignment --assignment-id "$work" --requester-feedback "Thank you"
            if test -n "$(answer "$document" comment)"; then
                aws mturk send-bonus --worker-id "$worker" --assignment-id "$work" --bonus-amount 0.10 \
                    --reason "For the comment" --unique-request-token "$work"
            fi
        done <work.txt
    done
}

"$1"
