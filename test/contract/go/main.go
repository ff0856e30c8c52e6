// Runs every queue method of the unmodified official SDK for Go.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"reflect"
	"strings"

	"github.com/cloudflare/cloudflare-go/v7"
	"github.com/cloudflare/cloudflare-go/v7/option"
	"github.com/cloudflare/cloudflare-go/v7/queues"
)

var (
	account = os.Getenv("CLOUDFLARE_ACCOUNT_ID")
	orders  = os.Getenv("QUEUE_ID")
	nowhere = strings.Repeat("0", 32)
	ctx     = context.Background()
	// The base URL and the token are in the environment.
	client = cloudflare.NewClient(option.WithMaxRetries(0))
)

func main() {
	log.SetFlags(log.Lshortfile)
	example()
	onQueues()
	onMessages()
	onConsumers()
	onSubscriptions()
	failures()
	fmt.Println("done")
}

// The example of the API reference for "Push Message", with this account and queue.
func example() {
	message, err := client.Queues.Messages.Push(
		context.TODO(),
		orders,
		queues.MessagePushParams{
			AccountID: cloudflare.F(account),
			Body: queues.MessagePushParamsBodyMqQueueMessageText{
				Body:        cloudflare.F("words"),
				ContentType: cloudflare.F(queues.MessagePushParamsBodyMqQueueMessageTextContentTypeText),
			},
		},
	)
	if err != nil {
		panic(err.Error())
	}
	fmt.Printf("%+v\n", message.Metadata)
	complete(message)
	want(message.Metadata.Metrics.BacklogCount, 1.0)
}

func onQueues() {
	created := must(client.Queues.New(ctx, queues.QueueNewParams{
		AccountID: cloudflare.F(account), QueueName: cloudflare.F("mails"),
	}))
	complete(created)
	id := created.QueueID
	want(must(client.Queues.Get(ctx, id, queues.QueueGetParams{AccountID: cloudflare.F(account)})).QueueName, "mails")
	list := client.Queues.ListAutoPaging(ctx, queues.QueueListParams{AccountID: cloudflare.F(account)})
	count := 0
	for list.Next() {
		current := list.Current()
		complete(&current)
		count++
	}
	check(list.Err())
	want(count, 3)
	edited := must(client.Queues.Edit(ctx, id, queues.QueueEditParams{
		AccountID: cloudflare.F(account),
		Queue:     queues.QueueParam{Settings: cloudflare.F(queues.QueueSettingsParam{DeliveryDelay: cloudflare.F(5.0)})},
	}))
	want(edited.Settings.DeliveryDelay, 5.0)
	updated := must(client.Queues.Update(ctx, id, queues.QueueUpdateParams{
		AccountID: cloudflare.F(account),
		Queue:     queues.QueueParam{QueueName: cloudflare.F("post")},
	}))
	want(updated.QueueName, "post")
	want(updated.Settings.DeliveryDelay, 0.0)
	gone := must(client.Queues.Delete(ctx, id, queues.QueueDeleteParams{AccountID: cloudflare.F(account)}))
	complete(gone)
	_, err := client.Queues.Get(ctx, id, queues.QueueGetParams{AccountID: cloudflare.F(account)})
	wantCode(err, 404, 11000)
}

func onMessages() {
	must(client.Queues.Consumers.New(ctx, orders, pullConsumer()))
	bulk := must(client.Queues.Messages.BulkPush(ctx, orders, queues.MessageBulkPushParams{
		AccountID:    cloudflare.F(account),
		DelaySeconds: cloudflare.F(0.0),
		Messages: cloudflare.F([]queues.MessageBulkPushParamsMessageUnion{
			queues.MessageBulkPushParamsMessagesMqQueueMessageJson{
				Body:        cloudflare.F[interface{}](map[string]interface{}{"ä": 1}),
				ContentType: cloudflare.F(queues.MessageBulkPushParamsMessagesMqQueueMessageJsonContentTypeJson),
			},
			queues.MessageBulkPushParamsMessagesMqQueueMessageText{
				Body:        cloudflare.F("more"),
				ContentType: cloudflare.F(queues.MessageBulkPushParamsMessagesMqQueueMessageTextContentTypeText),
			},
		}),
	}))
	complete(bulk)
	metrics := must(client.Queues.GetMetrics(ctx, orders, queues.QueueGetMetricsParams{AccountID: cloudflare.F(account)}))
	complete(metrics)
	want(metrics.BacklogCount, 3.0)
	pulled := must(client.Queues.Messages.Pull(ctx, orders, queues.MessagePullParams{
		AccountID: cloudflare.F(account), BatchSize: cloudflare.F(2.0), VisibilityTimeoutMs: cloudflare.F(60_000.0),
	}))
	complete(pulled)
	want(len(pulled.Messages), 2)
	complete(&pulled.Messages[0])
	want(pulled.Messages[0].Body, "words")
	want(pulled.Messages[1].Body, "eyLDpCI6MX0=")
	acked := must(client.Queues.Messages.Ack(ctx, orders, queues.MessageAckParams{
		AccountID: cloudflare.F(account),
		Acks:      cloudflare.F([]queues.MessageAckParamsAck{{LeaseID: cloudflare.F(pulled.Messages[0].LeaseID)}}),
		Retries: cloudflare.F([]queues.MessageAckParamsRetry{
			{LeaseID: cloudflare.F(pulled.Messages[1].LeaseID), DelaySeconds: cloudflare.F(9.0)},
		}),
	}))
	complete(acked)
	want(acked.AckCount, 1.0)
	want(acked.RetryCount, 1.0)
	peeked := must(client.Queues.Messages.Peek(ctx, orders, queues.MessagePeekParams{AccountID: cloudflare.F(account)}))
	want(len(peeked.Messages), 1)
	complete(&peeked.Messages[0])
	purged := must(client.Queues.Messages.Purge(ctx, orders, queues.MessagePurgeParams{
		AccountID: cloudflare.F(account),
		Refs:      cloudflare.F([]queues.MessagePurgeParamsRef{{Ref: cloudflare.F(peeked.Messages[0].Ref)}}),
	}))
	complete(purged)
	complete(must(client.Queues.Purge.Start(ctx, orders, queues.PurgeStartParams{
		AccountID: cloudflare.F(account), DeleteMessagesPermanently: cloudflare.F(true),
	})))
	status := must(client.Queues.Purge.Status(ctx, orders, queues.PurgeStatusParams{AccountID: cloudflare.F(account)}))
	complete(status)
	want(status.Completed, "true")
	must(client.Queues.Messages.Push(ctx, orders, queues.MessagePushParams{
		AccountID: cloudflare.F(account),
		Body: queues.MessagePushParamsBodyMqQueueMessageJson{
			Body:        cloudflare.F[interface{}](map[string]interface{}{"left": "by Go"}),
			ContentType: cloudflare.F(queues.MessagePushParamsBodyMqQueueMessageJsonContentTypeJson),
		},
	}))
}

func onConsumers() {
	list := must(client.Queues.Consumers.List(ctx, orders, queues.ConsumerListParams{AccountID: cloudflare.F(account)}))
	want(len(list.Result), 1)
	id := list.Result[0].ConsumerID
	updated := must(client.Queues.Consumers.Update(ctx, orders, id, queues.ConsumerUpdateParams{
		AccountID: cloudflare.F(account),
		Body: queues.ConsumerUpdateParamsBodyMqWorkerConsumerRequest{
			Type:            cloudflare.F(queues.ConsumerUpdateParamsBodyMqWorkerConsumerRequestTypeWorker),
			ScriptName:      cloudflare.F("mailer"),
			DeadLetterQueue: cloudflare.F("dead"),
		},
	}))
	want(updated.ScriptName, "mailer")
	worker, ok := updated.AsUnion().(queues.ConsumerMqWorkerConsumerResponse)
	want(ok, true)
	complete(&worker)
	complete(&worker.Settings)
	read := must(client.Queues.Consumers.Get(ctx, orders, id, queues.ConsumerGetParams{AccountID: cloudflare.F(account)}))
	want(read.DeadLetterQueue, "dead")
	gone := must(client.Queues.Consumers.Delete(ctx, orders, id, queues.ConsumerDeleteParams{
		AccountID: cloudflare.F(account),
	}))
	complete(gone)
}

func onSubscriptions() {
	created := must(client.Queues.Subscriptions.New(ctx, queues.SubscriptionNewParams{
		AccountID: cloudflare.F(account),
		Name:      cloudflare.F("uploads"),
		Enabled:   cloudflare.F(true),
		Events:    cloudflare.F([]string{"bucket.created"}),
		Destination: cloudflare.F(queues.SubscriptionNewParamsDestination{
			QueueID: cloudflare.F(orders),
			Type:    cloudflare.F(queues.SubscriptionNewParamsDestinationTypeQueuesQueue),
		}),
		Source: cloudflare.F[queues.SubscriptionNewParamsSourceUnion](queues.SubscriptionNewParamsSourceMqEventSourceR2{
			Type: cloudflare.F(queues.SubscriptionNewParamsSourceMqEventSourceR2TypeR2),
		}),
	}))
	complete(created)
	id := created.ID
	complete(must(client.Queues.Subscriptions.Get(ctx, id, queues.SubscriptionGetParams{
		AccountID: cloudflare.F(account),
	})))
	updated := must(client.Queues.Subscriptions.Update(ctx, id, queues.SubscriptionUpdateParams{
		AccountID: cloudflare.F(account), Enabled: cloudflare.F(false),
	}))
	want(updated.Enabled, false)
	list := must(client.Queues.Subscriptions.List(ctx, queues.SubscriptionListParams{AccountID: cloudflare.F(account)}))
	want(len(list.Result), 1)
	complete(must(client.Queues.Subscriptions.Delete(ctx, id, queues.SubscriptionDeleteParams{
		AccountID: cloudflare.F(account),
	})))
}

func failures() {
	other := cloudflare.NewClient(option.WithMaxRetries(0), option.WithAPIToken("other"))
	_, err := other.Queues.Get(ctx, orders, queues.QueueGetParams{AccountID: cloudflare.F(account)})
	wantCode(err, 401, 10000)
	_, err = client.Queues.New(ctx, queues.QueueNewParams{
		AccountID: cloudflare.F(account), QueueName: cloudflare.F("orders"),
	})
	wantCode(err, 409, 11009)
	_, err = client.Queues.Consumers.Get(ctx, orders, nowhere, queues.ConsumerGetParams{AccountID: cloudflare.F(account)})
	wantCode(err, 404, 11006)
	_, err = client.Queues.Subscriptions.Get(ctx, nowhere, queues.SubscriptionGetParams{AccountID: cloudflare.F(account)})
	wantCode(err, 404, 0)
	_, err = client.Queues.Messages.BulkPush(ctx, orders, queues.MessageBulkPushParams{
		AccountID: cloudflare.F(account), Messages: cloudflare.F([]queues.MessageBulkPushParamsMessageUnion{}),
	})
	wantCode(err, 400, 10013)
	must(client.Queues.Consumers.New(ctx, orders, pullConsumer()))
	_, err = client.Queues.Consumers.New(ctx, orders, pullConsumer())
	wantCode(err, 400, 11004)
	_, err = client.Queues.Messages.Pull(ctx, orders, queues.MessagePullParams{
		AccountID: cloudflare.F(account), BatchSize: cloudflare.F(101.0),
	})
	wantCode(err, 400, 10026)
}

func pullConsumer() queues.ConsumerNewParams {
	return queues.ConsumerNewParams{
		AccountID: cloudflare.F(account),
		Body: queues.ConsumerNewParamsBodyMqHTTPConsumerRequest{
			Type: cloudflare.F(queues.ConsumerNewParamsBodyMqHTTPConsumerRequestTypeHTTPPull),
		},
	}
}

// Fields of responses that the API's description, and so the SDK's types, omit.
var undescribed = map[string]bool{"script": true}

// complete fails unless the response contains each field that the SDK defines, and no other one.
func complete(answer any) {
	value := reflect.Indirect(reflect.ValueOf(answer))
	known := value.FieldByName("JSON")
	for i := range known.NumField() {
		field := known.Type().Field(i)
		if !field.IsExported() {
			continue
		}
		if field.Name == "ExtraFields" {
			for _, name := range known.Field(i).MapKeys() {
				if !undescribed[name.String()] {
					fail("%s has unknown %v", value.Type(), name)
				}
			}
			continue
		}
		missing := known.Field(i).MethodByName("IsMissing").Call(nil)[0].Bool()
		invalid := known.Field(i).MethodByName("IsInvalid").Call(nil)[0].Bool()
		if missing || invalid {
			fail("%s: %s is missing or of another type", value.Type(), field.Name)
		}
		part := value.FieldByName(field.Name)
		// A union has the fields of all its variants, so most of them are missing.
		union := part.MethodByName("AsUnion").IsValid()
		if part.Kind() == reflect.Struct && part.FieldByName("JSON").IsValid() && !union {
			complete(part.Interface())
		}
	}
}

func must[T any](answer T, err error) T {
	check(err)
	return answer
}

func check(err error) {
	if err != nil {
		fail("%v", err)
	}
}

func want[T comparable](got, wanted T) {
	if got != wanted {
		fail("got %v, wanted %v", got, wanted)
	}
}

func wantCode(err error, status int, code int64) {
	var failure *cloudflare.Error
	if !errors.As(err, &failure) || failure.StatusCode != status || failure.Errors[0].Code != code {
		fail("got %v, wanted %d with %d", err, status, code)
	}
}

// fail logs the line of the caller's caller, which calls the SDK.
func fail(format string, values ...any) {
	_ = log.Output(3, fmt.Sprintf(format, values...))
	os.Exit(1)
}
