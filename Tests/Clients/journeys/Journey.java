import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.openapitools.client.ApiClient;
import org.openapitools.client.ApiException;
import org.openapitools.client.api.CommandsApi;
import org.openapitools.client.api.EventsApi;
import org.openapitools.client.api.OrdersApi;
import org.openapitools.client.model.*;

/** An order's journey through the client that openapi-generator makes for Java. */
public class Journey {
    static Money euros(long cents) {
        return new Money().amount(cents).currency(Currency.EUR);
    }

    /** The word in an event's `type`. */
    static String type(ObjectMapper mapper, Event event) {
        return mapper.valueToTree(event.getActualInstance()).get("type").asText();
    }

    public static void main(String[] arguments) throws Exception {
        ApiClient client = new ApiClient();
        client.updateBaseUri(System.getenv("URL"));
        client.setRequestInterceptor(
            request -> request.header("Authorization", "Bearer " + System.getenv("TOKEN")));
        ObjectMapper mapper = client.getObjectMapper();
        CommandsApi commands = new CommandsApi(client);
        OrdersApi orders = new OrdersApi(client);
        EventsApi events = new EventsApi(client);

        Line line = new Line().lineId("l1").sku("S").name("Lampe \u2028 Å").quantity(2).unitPrice(euros(3_000_000_000L));
        PlaceOrder body = new PlaceOrder()
            .orderId(UUID.randomUUID()).number("G-1").shop("aurora").customer("c-1").contactRef("contact-1").country("DE")
            .currency(Currency.EUR).locale("de-DE").terms(Terms.INVOICE).lines(List.of(line)).shipping(euros(0)).tax(euros(0))
            .discount(euros(0)).total(euros(6_000_000_000L));
        UUID order = commands.placeOrder(body, UUID.randomUUID().toString(), null, null, null).getOrderId();
        List<LineQuantity> both = List.of(new LineQuantity().lineId("l1").quantity(2));
        commands.confirmOrder(order, null, "W/\"1\"", null, null, new ConfirmOrder());
        commands.packParcel(order, new PackParcel().parcelId("p").lines(both), null, null, null, null);
        commands.dispatchParcel(
            order, new DispatchParcel().parcelId("p").carrier("dhl").trackingNumber("JD 1"), null, null, null, null);
        commands.recordScan(
            order,
            new RecordScan().parcelId("p").scanId("s").code(ScanCode.DELIVERED).occurredAt(OffsetDateTime.now()),
            null, null, null, null);
        commands.requestReturn(
            order, new RequestReturn().returnId("r").lines(both).reason("too big"), null, null, null, null);
        commands.decideReturn(order, new DecideReturn().returnId("r").approve(true), null, null, null, null);
        List<ReceivedLine> received =
            List.of(new ReceivedLine().lineId("l1").quantity(2).condition(Condition.SELLABLE));
        Receipt returned = commands.receiveReturn(
            order, new ReceiveReturn().returnId("r").lines(received).complete(true), null, null, null, null);

        String refusal = null;
        try {
            commands.confirmOrder(order, null, "\"1\"", null, null, new ConfirmOrder());
        } catch (ApiException error) {
            refusal = mapper.readValue(error.getResponseBody(), Problem.class).getCode().getValue();
        }

        List<Event> history = events.getOrderEvents(order, null, null).getEvents();
        List<Event> log = new ArrayList<>();
        for (String after = "0"; after != null;) {
            EventPage page = events.getEvents(after, 200);
            log.addAll(page.getEvents());
            after = page.getNext();
        }
        List<String> lines =
            new BufferedReader(new InputStreamReader(System.in, "UTF-8")).lines().collect(Collectors.toList());
        List<String> frames = new ArrayList<>();
        frames.add(mapper.readValue(lines.get(0), Order.class).getOrderId().toString());
        for (String frame : lines.subList(1, lines.size())) {
            frames.add(type(mapper, mapper.readValue(frame, Event.class)));
        }
        List<String> listed = orders
            .listOrders(null, null, null, "G-1", null, null, null, null, null, null, null, null)
            .getOrders().stream().map(entry -> entry.getOrderId().toString()).collect(Collectors.toList());

        Map<String, Object> found = new LinkedHashMap<>();
        found.put("orderId", order.toString());
        found.put("status", returned.getStatus().getValue());
        found.put("total", orders.getOrder(order, null, null, null, null).getTotal().getAmount());
        found.put("listed", listed);
        found.put("history", history.stream().map(event -> type(mapper, event)).collect(Collectors.toList()));
        found.put("log", log.size());
        found.put("name", ((OrderPlacedEvent) history.get(0).getActualInstance()).getData().getLines().get(0).getName());
        found.put("refusal", refusal);
        found.put("frames", frames);
        System.out.write((new ObjectMapper().writeValueAsString(found) + "\n").getBytes("UTF-8"));
        System.out.flush();
    }
}
