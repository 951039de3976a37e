# A study by pyMTurkR: `Rscript before.R publish`, and when the work is in `Rscript before.R review`.
library(pyMTurkR)
options(pyMTurkR.sandbox = FALSE, pyMTurkR.verbose = FALSE)

publish <- function() {
  adults <- GenerateQualificationRequirement(list(
    list(
      QualificationTypeId = "000000000000000000L0", Comparator = "GreaterThanOrEqualTo", IntegerValues = 95L,
      ActionsGuarded = "Accept"
    )
  ))
  moods <- RegisterHITType(
    title = "Read a sentence", description = "Say which mood it is in", reward = "0.05",
    duration = seconds(minutes = 10), keywords = "text, mood", qual.req = adults
  )
  question <- GenerateHTMLQuestion(file = "question.html")
  hit <- CreateHIT(
    hit.type = as.character(moods$HITTypeId), question = question$string, assignments = 3,
    expiration = seconds(days = 1), annotation = "moods"
  )
  cat(as.character(hit$HITId))
}

review <- function() {
  work <- GetAssignment(annotation = "moods", status = "Submitted", get.answers = TRUE)
  answers <- subset(work$Answers, QuestionIdentifier == "mood")
  for (i in seq_len(nrow(answers))) {
    id <- as.character(answers$AssignmentId[i])
    if (answers$FreeText[i] == "glad") {
      ApproveAssignment(id, feedback = "Thank you")
      GrantBonus(as.character(answers$WorkerId[i]), id, "0.02", "A good eye", skip.prompt = TRUE)
    } else {
      RejectAssignment(id, feedback = "The sentence is a glad one")
    }
  }
  ExpireHIT(annotation = "moods")
}

get(commandArgs(trailingOnly = TRUE)[1])()
