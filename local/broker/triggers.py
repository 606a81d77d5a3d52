"""Reads the Broker and the Triggers from `knative/base`, so that routing is defined only once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from local.broker.delivery import Delivery
from local.broker.filters import Predicate, compiled


class BadManifestError(ValueError):
    """A manifest cannot be used. The message names the file and the object."""


@dataclass(frozen=True)
class Trigger:
    """A rule: deliver the events that satisfy `wants` to `url`, with the settings of `delivery`."""

    name: str
    wants: Predicate
    url: str
    delivery: Delivery


def read(folder: Path, services: Mapping[str, str]) -> list[Trigger]:
    """The Triggers in the YAML files of `folder`. `services` maps Services to base URLs.

    Raises BadManifestError if there is no Trigger or one cannot be used.
    """
    objects = [
        (path, document)
        for path in sorted(folder.glob("*.yaml"))
        for document in yaml.safe_load_all(path.read_text(encoding="utf-8"))
        if document
    ]
    brokers = {
        document["metadata"]["name"]: document
        for _, document in objects
        if document.get("kind") == "Broker"
    }
    triggers = []
    for path, document in objects:
        if document.get("kind") != "Trigger":
            continue
        try:
            triggers.append(_trigger(document, brokers, services))
        except (KeyError, TypeError, ValueError) as error:
            name = (document.get("metadata") or {}).get("name", "without a name")
            message = f"{path}: the Trigger {name} cannot be used: {error}"
            raise BadManifestError(message) from error
    if not triggers:
        message = f"{folder} contains no Trigger."
        raise BadManifestError(message)
    return triggers


def _trigger(
    document: Mapping[str, Any], brokers: Mapping[str, Any], services: Mapping[str, str]
) -> Trigger:
    spec = document["spec"]
    broker = brokers[spec["broker"]]
    delivery = {**broker.get("spec", {}).get("delivery", {}), **spec.get("delivery", {})}
    dead_letter = delivery.get("deadLetterSink")
    return Trigger(
        name=document["metadata"]["name"],
        wants=compiled(spec),
        url=_url(spec["subscriber"], services),
        delivery=Delivery.read(delivery, _url(dead_letter, services) if dead_letter else None),
    )


def _url(destination: Mapping[str, Any], services: Mapping[str, str]) -> str:
    """The URL of a Knative destination: a `ref`, a `uri`, or a `uri` relative to a `ref`."""
    uri: str = destination.get("uri", "")
    if "ref" not in destination:
        return uri
    name = destination["ref"]["name"]
    if name not in services:
        message = f"the Service {name!r} is not one of {', '.join(services)}."
        raise ValueError(message)
    return services[name].rstrip("/") + (uri or "/")
