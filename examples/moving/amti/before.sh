# A batch by amti: `sh before.sh publish`, and when the work is in `sh before.sh review`.
set -eu
case "$1" in
publish)
    amti create-batch --no-check-cost --live definition data.jsonl .
    ;;
review)
    amti review-batch --approve-all --live batch-*
    amti save-batch --live batch-*
    amti extract tabular --format csv batch-* results.csv
    ;;
esac
