package com.example.replay;

import com.example.taskrouter.ApiClient;
import com.example.taskrouter.ApiException;
import com.example.taskrouter.ApiResponse;
import com.example.taskrouter.model.Error;
import com.example.taskrouter.model.TaskStatus;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/**
 * Follows the guide, and then makes each exchange that the replayer at REPLAY_URL lists with the operation that was
 * generated for it. Fails if one differs, or if of an operation of the document no success was replayed.
 */
public final class Main {
  private static final int NO_EXCHANGE_FITS = 501;

  private final String replayer;
  private final HttpClient http = HttpClient.newHttpClient();
  private final ObjectMapper json = new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);
  private final Map<String, Operation> operations = Operation.all();
  private final Set<String> replayed = new TreeSet<>();
  private int exchanges;
  private int failures;

  private Main(String replayer) throws Exception {
    this.replayer = replayer;
  }

  public static void main(String[] arguments) throws Exception {
    Main main = new Main(Objects.requireNonNull(System.getenv("REPLAY_URL"), "REPLAY_URL is not set"));
    main.guide();
    main.laterValues();
    JsonNode list = main.json.readTree(main.get("/").body());
    main.replayAll(list.get("scenarios"));
    main.requireAll(list.get("operations"));
    System.out.printf("java: %d of %d operations replayed, %d exchanges, %d failures%n",
        main.replayed.size(), list.get("operations").size(), main.exchanges, main.failures);
    System.exit(main.failures == 0 ? 0 : 1);
  }

  private void guide() throws IOException, InterruptedException {
    try {
      Guide.run(Client.withBasic(replayer + "/guide", "AC228c14652c374b1f5ced78e9b0bdb8e1", "secret"));
    } catch (ApiException | AssertionError e) {
      fail("guide", "/guide", e.toString());
    }
    checkReport("guide", "/guide");
  }

  /** The service may add values to each enumeration, and an answer with one must stay readable. */
  private void laterValues() throws Exception {
    for (Class<?> model : Operation.classesBeside(TaskStatus.class)) {
      if (!model.isEnum()) {
        continue;
      }
      try {
        model.getMethod("fromValue", String.class).invoke(null, "a value of later");
      } catch (InvocationTargetException e) {
        fail(model.getSimpleName(), "", "a value of later is not read: " + e.getCause());
      }
    }
  }

  private void replayAll(JsonNode scenarios) throws Exception {
    for (JsonNode scenario : scenarios) {
      for (JsonNode exchange : scenario.get("exchanges")) {
        replay(exchange);
      }
    }
  }

  private void requireAll(JsonNode declared) {
    for (JsonNode operation : declared) {
      if (!replayed.contains(operation.asText())) {
        fail(operation.asText(), "", "no success was replayed");
      }
    }
  }

  private void replay(JsonNode exchange) throws Exception {
    String base = exchange.get("base").asText();
    String name = exchange.path("call").path("operation").asText("(no operation)");
    Operation operation = operations.get(name);
    if (operation == null) {
      fail(name, base, "no method was generated for " + exchange.get("request"));
      return;
    }
    exchanges++;
    int failuresBefore = failures;
    try {
      call(operation, exchange);
    } catch (ApiException | JsonProcessingException | ReflectiveOperationException | IllegalArgumentException e) {
      fail(name, base, "failed: " + (e instanceof InvocationTargetException ? e.getCause() : e));
      return;
    }
    checkReport(name, base);
    if (failures == failuresBefore && exchange.get("response").get("status").asInt() < 300) {
      replayed.add(name);
    }
  }

  private void call(Operation operation, JsonNode exchange) throws Exception {
    String base = exchange.get("base").asText();
    JsonNode response = exchange.get("response");
    int status = response.get("status").asInt();
    String body = response.path("body").asText();
    ApiClient client = client(exchange);
    try {
      ApiResponse<?> answer = operation.call(client, exchange.get("call"), exchange.get("request").has("json"));
      require(operation.name(), base, "status", status, answer.getStatusCode());
      if (answer.getData() != null || !body.isEmpty()) {
        checkLossless(operation.name(), base, client, body, answer.getData());
      }
    } catch (ApiException refused) {
      if (refused.getCode() == NO_EXCHANGE_FITS) {
        return; // The report says what differed.
      }
      require(operation.name(), base, "status", status, refused.getCode());
      require(operation.name(), base, "body", body, refused.getResponseBody());
      if (header(response, "Content-Type").equals("application/json")) {
        checkLossless(operation.name(), base, client, body,
            client.getObjectMapper().readValue(body, Error.class));
      }
    }
  }

  private ApiClient client(JsonNode exchange) {
    String base = replayer + exchange.get("base").asText();
    if (header(exchange.get("request"), "Authorization").equals("Bearer")) {
      return Client.withBearer(base, "secret");
    }
    return Client.withBasic(base, "AC228c14652c374b1f5ced78e9b0bdb8e1", "secret");
  }

  private static String header(JsonNode message, String name) {
    for (JsonNode header : message.get("header")) {
      if (header.get("name").asText().equals(name)) {
        return header.get("value").asText();
      }
    }
    return "";
  }

  private void checkLossless(String operation, String base, ApiClient client, String body, Object decoded)
      throws JsonProcessingException {
    JsonNode again = json.readTree(client.getObjectMapper().writeValueAsString(decoded));
    for (String difference : Lossless.differences(json.readTree(body), again)) {
      fail(operation, base, "decoded and encoded again: " + difference);
    }
    // Nor may a member that the service adds make an answer unreadable.
    if (decoded != null) {
      ObjectNode later = ((ObjectNode) json.readTree(body)).put("a_member_of_later", true);
      client.getObjectMapper().readValue(later.toString(), decoded.getClass());
    }
  }

  /** The replayer says whether what came was what the fixture holds. */
  private void checkReport(String operation, String base) throws IOException, InterruptedException {
    HttpResponse<String> report = get(base);
    if (report.statusCode() == 200) {
      return;
    }
    JsonNode found = json.readTree(report.body());
    for (JsonNode difference : found.get("differences")) {
      fail(operation, base, difference.asText());
    }
    if (found.get("differences").isEmpty()) {
      fail(operation, base, "not served: " + found.get("unserved"));
    }
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return http.send(HttpRequest.newBuilder(URI.create(replayer + path)).build(), HttpResponse.BodyHandlers.ofString());
  }

  private void require(String operation, String base, String what, Object want, Object got) {
    if (!want.equals(got)) {
      fail(operation, base, what + ": want " + want + ", got " + got);
    }
  }

  private void fail(String operation, String base, String difference) {
    failures++;
    System.out.printf("%s: %s%n", (operation + " " + base).strip(), difference);
  }
}
