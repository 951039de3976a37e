"""Dallinger on a marketplace of ours: where participants hand in, and how it is told what happens."""

import flask
import requests
from dallinger.mturk import MTurkService, SNSService
from dallinger.recruiters import MTurkRecruiter

MARKET = "https://turk.my-lab.org"
EVENTS = ["AssignmentAccepted", "AssignmentAbandoned", "AssignmentReturned", "AssignmentSubmitted", "HITReviewable"]


def handed_in_here(self, experiment, participant):
    submit_to = participant.entry_information["turkSubmitTo"]
    if not submit_to.startswith(f"{MARKET}/"):
        raise ValueError(f"{submit_to} is not below {MARKET}: nothing is handed in elsewhere.")
    return flask.render_template(
        "exit_recruiter_mturk.html",
        hitid=participant.hit_id,
        assignmentid=participant.assignment_id,
        workerid=participant.worker_id,
        external_submit_url=f"{submit_to}/mturk/externalSubmit",
    )


def told_by_the_marketplace(self, experiment_id, notification_url, hit_type_id):
    to_us = {"Destination": notification_url, "Transport": "SNS", "Version": "2014-08-15", "EventTypes": EVENTS}
    self.mturk.update_notification_settings(HITTypeId=hit_type_id, Notification=to_us, Active=True)


def confirmed_there(self, token, topic):
    address = flask.request.get_json(force=True)["SubscribeURL"]
    if not address.startswith(f"{MARKET}/"):
        raise ValueError(f"{address} is not below {MARKET}: nobody else is asked.")
    requests.get(address, timeout=30).raise_for_status()


def nothing_to_cancel(self, experiment_id):
    return True


MTurkRecruiter.exit_response = handed_in_here
MTurkRecruiter._confirm_sns_subscription = confirmed_there
MTurkService._create_notification_subscription = told_by_the_marketplace
SNSService.cancel_subscription = nothing_to_cancel
