"""The names of the service's documents: an element's name and the address of its schema."""

from __future__ import annotations

BASE = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/"

HTML_QUESTION = BASE + "2011-11-11/HTMLQuestion.xsd"
EXTERNAL_QUESTION = BASE + "2006-07-14/ExternalQuestion.xsd"
QUESTION_FORM = {
    "2017-11-06": BASE + "2017-11-06/QuestionForm.xsd",
    "2005-10-01": BASE + "2005-10-01/QuestionForm.xsd",
}
ANSWER_KEY = BASE + "2005-10-01/AnswerKey.xsd"
ANSWERS = BASE + "2005-10-01/QuestionFormAnswers.xsd"
