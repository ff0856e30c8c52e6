"""Runs every queue method of the unmodified official SDK for Python, with its strict response validation."""

import os
from contextlib import contextmanager
from functools import cached_property

import cloudflare
from cloudflare import Cloudflare
from cloudflare._models import BaseModel

account = os.environ["CLOUDFLARE_ACCOUNT_ID"]
orders = os.environ["QUEUE_ID"]
# The base URL and the token are in the environment.
client = Cloudflare(_strict_response_validation=True, max_retries=0)


# Fields of responses that the API's description, and so the SDK's models, omit.
UNDESCRIBED = {"script"}


def complete(answer, without=()):
    """Asserts that the response contains each field that the SDK defines, and no other one, at any depth."""
    assert isinstance(answer, BaseModel), f"no answer of the SDK's: {answer!r}"
    missing = set(type(answer).model_fields) - answer.model_fields_set - set(without)
    assert not missing, f"{type(answer).__name__} lacks {missing}"
    unknown = set(answer.model_extra or ()) - UNDESCRIBED
    assert not unknown, f"{type(answer).__name__} has unknown {unknown}"
    for value in answer.__dict__.values():
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, BaseModel):
                complete(one, without)
    return answer


@contextmanager
def raises(kind, code):
    """Asserts that the call fails with this error class of the SDK and this code of the API."""
    try:
        yield
    except kind as error:
        assert error.errors[0].code == code, error.errors
    else:
        raise AssertionError(f"it was not refused with {code}")


def queues():
    created = complete(client.queues.create(account_id=account, queue_name="mails", jurisdiction="eu"))
    name = {"account_id": account, "queue_id": created.queue_id}
    assert complete(client.queues.get(**name)) == created
    listed = [queue.queue_name for queue in client.queues.list(account_id=account)]
    assert listed == ["orders", "dead", "mails"], listed
    edited = complete(client.queues.edit(**name, settings={"delivery_delay": 5}))
    assert edited.settings.delivery_delay == 5
    updated = complete(client.queues.update(**name, queue_name="post", settings={"delivery_paused": True}))
    assert (updated.queue_name, updated.settings.delivery_delay, updated.settings.delivery_paused) == ("post", 0, True)
    assert complete(client.queues.delete(**name)).success is True
    with raises(cloudflare.NotFoundError, 11000):
        client.queues.get(**name)
    with raises(cloudflare.ConflictError, 11009):
        client.queues.create(account_id=account, queue_name="orders")
    with raises(cloudflare.BadRequestError, 11003):
        client.queues.create(account_id=account, queue_name="Orders")


def messages():
    name = {"account_id": account, "queue_id": orders}
    pushed = complete(client.queues.messages.push(**name, body="words", content_type="text"))
    assert pushed.metadata.metrics.backlog_count == 1
    bodies = [{"body": {"ä": index}, "content_type": "json"} for index in range(3)]
    assert complete(client.queues.messages.bulk_push(**name, messages=bodies)).metadata.metrics.backlog_count == 4
    assert complete(client.queues.get_metrics(**name)).backlog_count == 4
    pulled = complete(client.queues.messages.pull(**name, batch_size=2, visibility_timeout_ms=60_000))
    assert [message.attempts for message in pulled.messages] == [1, 1]
    assert (pulled.messages[0].body, pulled.messages[1].body) == ("words", "eyLDpCI6MH0="), pulled
    one, two = (message.lease_id for message in pulled.messages)
    acked = complete(
        client.queues.messages.ack(
            **name, acks=[{"lease_id": one}, {"lease_id": "stale"}], retries=[{"lease_id": two, "delay_seconds": 9}]
        )
    )
    assert (acked.ack_count, acked.retry_count, list(acked.warnings)) == (1, 1, ["stale"])
    peeked = complete(client.queues.messages.peek(**name, batch_size=10))
    assert len(peeked.messages) == 2
    purged = complete(client.queues.messages.purge(**name, refs=[{"ref": peeked.messages[0].ref}]))
    assert (purged.errors, purged.warnings) == ([], {})
    complete(client.queues.purge.start(**name, delete_messages_permanently=True), without=["jurisdiction"])
    assert complete(client.queues.purge.status(**name)).completed == "true"
    client.queues.messages.push(**name, body={"left": "by Python"}, content_type="json")


def consumers():
    name = {"account_id": account, "queue_id": orders}
    pull = client.queues.consumers.list(**name).result[0]
    complete(client.queues.consumers.delete(pull.consumer_id, **name))
    created = complete(
        client.queues.consumers.create(
            **name, type="worker", script_name="mailer", dead_letter_queue="dead", settings={"batch_size": 20}
        )
    )
    assert (created.script_name, created.settings.batch_size) == ("mailer", 20)
    assert client.queues.consumers.get(created.consumer_id, **name) == created
    updated = complete(client.queues.consumers.update(created.consumer_id, **name, type="http_pull"))
    assert (updated.type, updated.settings.visibility_timeout_ms) == ("http_pull", 30_000)
    assert [consumer for consumer in client.queues.consumers.list(**name)] == [updated]


def subscriptions():
    uploads = {
        "name": "uploads",
        "enabled": True,
        "events": ["bucket.created"],
        "destination": {"type": "queues.queue", "queue_id": orders},
        "source": {"type": "r2"},
    }
    created = complete(client.queues.subscriptions.create(account_id=account, **uploads))
    name = {"account_id": account, "subscription_id": created.id}
    assert complete(client.queues.subscriptions.get(**name)).id == created.id
    assert complete(client.queues.subscriptions.update(**name, enabled=False)).enabled is False
    assert [one.id for one in client.queues.subscriptions.list(account_id=account)] == [created.id]
    complete(client.queues.subscriptions.delete(**name))
    with raises(cloudflare.NotFoundError, 0):
        client.queues.subscriptions.get(**name)
    with raises(cloudflare.BadRequestError, 0):
        client.queues.subscriptions.create(account_id=account, **uploads | {"events": ["nope"]})


def failures():
    name = {"account_id": account, "queue_id": orders}
    with raises(cloudflare.AuthenticationError, 10000):
        Cloudflare(api_token="other", max_retries=0).queues.messages.push(**name, body=1, content_type="json")
    with raises(cloudflare.APIStatusError, 10204):
        client.queues.messages.push(**name, body="x" * 127_901, content_type="text")
    with raises(cloudflare.BadRequestError, 10013):
        client.queues.messages.bulk_push(**name, messages=[])
    with raises(cloudflare.BadRequestError, 10026):
        client.queues.messages.pull(**name, batch_size=101)
    with raises(cloudflare.BadRequestError, 11004):
        client.queues.consumers.create(**name, type="http_pull")
    with raises(cloudflare.NotFoundError, 11006):
        client.queues.consumers.get("0" * 32, **name)


def methods(resource):
    """Lists all methods of a resource, and of those in it."""
    found = set()
    for name, value in vars(type(resource)).items():
        if name.startswith(("_", "with_")):
            continue
        if isinstance(value, cached_property):
            found |= methods(getattr(resource, name))
        elif callable(value):
            found.add(f"{type(resource).__name__}.{name}")
    return found


def watched(resource):
    """Records which methods of a resource, and of those in it, are called."""
    for name, value in list(vars(type(resource)).items()):
        if name.startswith(("_", "with_")):
            continue
        if isinstance(value, cached_property):
            watched(getattr(resource, name))
        elif callable(value):
            setattr(resource, name, note(f"{type(resource).__name__}.{name}", getattr(resource, name)))


def note(name, method):
    def call(*args, **kwargs):
        used.add(name)
        return method(*args, **kwargs)

    return call


used = set()
watched(client.queues)
queues()
client.queues.consumers.create(account_id=account, queue_id=orders, type="http_pull")
messages()
consumers()
subscriptions()
failures()
assert used == methods(client.queues), methods(client.queues) ^ used
print("done")
