// An order's journey through the client that openapi-generator makes for TypeScript (typescript-fetch).
import { CommandsApi, Configuration, EventsApi, OrdersApi, ResponseError } from "./client";
import { Event, EventFromJSON, OrderFromJSON, ProblemFromJSON } from "./client";

declare const process: { env: Record<string, string>; stdin: AsyncIterable<Uint8Array> };
declare const require: (name: string) => { randomUUID(): string };
declare const Buffer: { concat(parts: Uint8Array[]): { toString(encoding: string): string } };

const { randomUUID } = require("crypto");

const euros = (cents: number) => ({ amount: cents, currency: "EUR" as const });

async function main() {
    const settings = new Configuration({ basePath: process.env.URL, accessToken: process.env.TOKEN });
    const [commands, orders, events] = [new CommandsApi(settings), new OrdersApi(settings), new EventsApi(settings)];
    const placed = await commands.placeOrder({
        idempotencyKey: randomUUID(),
        placeOrder: {
            orderId: randomUUID(), number: "G-1", shop: "aurora", customer: "c-1", contactRef: "contact-1",
            country: "DE", currency: "EUR", locale: "de-DE", terms: "invoice", shipping: euros(0), tax: euros(0), discount: euros(0),
            total: euros(6_000_000_000),
            lines: [{ lineId: "l1", sku: "S", name: "Lampe \u2028 Å", quantity: 2, unitPrice: euros(3_000_000_000) }],
        },
    });
    const id = placed.orderId;
    const both = [{ lineId: "l1", quantity: 2 }];
    await commands.confirmOrder({ id, ifMatch: 'W/"1"', confirmOrder: {} });
    await commands.packParcel({ id, packParcel: { parcelId: "p", lines: both } });
    await commands.dispatchParcel({ id, dispatchParcel: { parcelId: "p", carrier: "dhl", trackingNumber: "JD 1" } });
    await commands.recordScan({
        id, recordScan: { parcelId: "p", scanId: "s", code: "delivered", occurredAt: new Date() },
    });
    await commands.requestReturn({ id, requestReturn: { returnId: "r", lines: both, reason: "too big" } });
    await commands.decideReturn({ id, decideReturn: { returnId: "r", approve: true } });
    const returned = await commands.receiveReturn({
        id,
        receiveReturn: {
            returnId: "r", complete: true, lines: [{ lineId: "l1", quantity: 2, condition: "sellable" }],
        },
    });

    let refusal: string | undefined;
    try {
        await commands.confirmOrder({ id, ifMatch: '"1"', confirmOrder: {} });
    } catch (error) {
        refusal = ProblemFromJSON(await (error as ResponseError).response.json()).code;
    }

    const history = (await events.getOrderEvents({ id })).events;
    const log: Event[] = [];
    for (let after: string | undefined = "0"; after;) {
        const page: { events: Event[]; next?: string } = await events.getEvents({ after, limit: 200 });
        log.push(...page.events);
        after = page.next;
    }
    const parts: Uint8Array[] = [];
    for await (const part of process.stdin) parts.push(part);
    const [first, ...frames] = Buffer.concat(parts).toString("utf8").trimEnd().split("\n");
    const listed = (await orders.listOrders({ number: "G-1" })).orders;
    const begin = history[0];
    console.log(JSON.stringify({
        orderId: id,
        status: returned.status,
        total: (await orders.getOrder({ id })).total.amount,
        listed: listed.map((order) => order.orderId),
        history: history.map((event) => event.type),
        log: log.length,
        name: begin.type === "OrderPlaced" ? begin.data.lines?.[0].name : undefined,
        refusal,
        frames: [
            OrderFromJSON(JSON.parse(first)).orderId,
            ...frames.map((frame) => EventFromJSON(JSON.parse(frame)).type),
        ],
    }));
}

main();
