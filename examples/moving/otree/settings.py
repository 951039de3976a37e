"""The settings of an oTree project, as far as its module for MTurk reads them."""

SESSION_CONFIGS = []
LANGUAGE_CODE = "en"
SECRET_KEY = "made up"  # noqa: S105 - it keeps nothing
