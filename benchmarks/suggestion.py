"""A readable definition against statistics, on a real list of 9,240 leads: how well does each rank who converts?

Inputs are what was known before sales spoke. Five folds, the same for everybody; the suggested definition is
found anew inside each training part, and its whole-number score comes from the engine that judges everybody.
Here: the models and the table. Not here: the list (``suggestion_list``), the suggestion (``sla_rules.suggesting``).
"""

import sys
import time
from collections.abc import Callable

import numpy as np
import polars as pl
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

from benchmarks.suggestion_list import BY_HAND, FLAGS, LIST, NUMBERS, TEXTS, examples
from sla_rules.definition import LeadDefinition
from sla_rules.definition_loading import load_definition
from sla_rules.qualify import qualify
from sla_rules.suggesting.candidates import definition_of
from sla_rules.suggesting.examples import AS_OF, Examples
from sla_rules.suggesting.suggestion import folds, suggested_criteria

WANTED_RATIO = 0.97
SEED = 0
Ranks = Callable[[Examples, Examples], np.ndarray]


def by_definition(definition: LeadDefinition, people: Examples) -> np.ndarray:
    return qualify(definition, people.people, people.activities, now=AS_OF).get_column("score").to_numpy()


def by_hand(_: Examples, test: Examples) -> np.ndarray:
    return by_definition(load_definition(BY_HAND, source="by_hand.yaml"), test)


def suggested(train: Examples, test: Examples) -> np.ndarray:
    return by_definition(definition_of(suggested_criteria(train)), test)


def logistic_regression(train: Examples, test: Examples) -> np.ndarray:
    texts = make_pipeline(OneHotEncoder(handle_unknown="ignore", min_frequency=5))
    numbers = make_pipeline(SimpleImputer(strategy="median", add_indicator=True), StandardScaler())
    columns = make_column_transformer((texts, [*TEXTS, *FLAGS]), (numbers, [*NUMBERS]))
    model = make_pipeline(columns, LogisticRegression(max_iter=2000))
    return model.fit(table(train), train.outcome).predict_proba(table(test))[:, 1]


def gradient_boosting(train: Examples, test: Examples) -> np.ndarray:
    texts = OrdinalEncoder(
        handle_unknown="use_encoded_value", unknown_value=-1, min_frequency=5, max_categories=200
    )
    columns = make_column_transformer((texts, [*TEXTS, *FLAGS]), remainder="passthrough")
    categories = list(range(len(TEXTS) + len(FLAGS)))
    model = HistGradientBoostingClassifier(
        max_iter=150, learning_rate=0.06, categorical_features=categories, random_state=SEED
    )
    return make_pipeline(columns, model).fit(table(train), train.outcome).predict_proba(table(test))[:, 1]


def table(people: Examples) -> pl.DataFrame:
    return people.people.select(
        *(pl.col(name).fill_null("") for name in TEXTS),
        *(pl.col(name).cast(pl.String) for name in FLAGS),
        *NUMBERS,
    )


MODELS: dict[str, Ranks] = {
    "definition by hand": by_hand,
    "suggested definition, at most 12 criteria": suggested,
    "logistic regression": logistic_regression,
    "gradient boosting": gradient_boosting,
}


def measured(people: Examples) -> dict[str, list[float]]:
    """ROC AUC of each model on each fold."""
    found: dict[str, list[float]] = {name: [] for name in MODELS}
    for train, test in folds(people.outcome, SEED):
        for name, rank in MODELS.items():
            scores = rank(people.at(train), people.at(test))
            found[name].append(float(roc_auc_score(people.outcome[test], scores)))
    return found


def main() -> int:
    if not LIST.exists():
        print(f"suggestion: skipped, the list of real leads is not at {LIST}")
        return 0
    started = time.perf_counter()
    people = examples()
    found = measured(people)
    reference = float(np.mean(found["logistic regression"]))
    print(
        f"\n{len(people.outcome):,} real leads, {people.outcome.mean():.1%} converted; ROC AUC on held-out folds\n"
    )
    print(f"{'':44}{'mean':>7}{'sd':>8}  {'of LR':>6}   folds")
    for name, values in found.items():
        each = " ".join(f"{value:.3f}" for value in values)
        mean = float(np.mean(values))
        print(f"{name:44}{mean:7.4f}{np.std(values):8.4f}  {mean / reference:6.3f}   {each}")
    whole = suggested_criteria(people)
    print("\nThe suggested definition, from the whole list:")
    for item in sorted(whole, key=lambda item: -item.points):
        print(f"  {item.points:+4d}  {item.label}")
    ratio = float(np.mean(found["suggested definition, at most 12 criteria"])) / reference
    good = ratio >= WANTED_RATIO and len(whole) <= 12
    print(
        f"\n{'met' if good else 'MISSED'}: {ratio:.3f} of the logistic regression's AUC (wanted {WANTED_RATIO}), "
        f"{len(whole)} criteria; {time.perf_counter() - started:.0f} s"
    )
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
