package com.example.replay;

import com.example.taskrouter.ApiClient;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** What a program has to say once: where the service is, and who asks. */
final class Client {
  /** Shared, for each class of operations would else make one, with connections and threads of its own. */
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private Client() {}

  static ApiClient withBasic(String baseUrl, String user, String password) {
    String credentials = user + ":" + password;
    return with(baseUrl, "Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8)));
  }

  static ApiClient withBearer(String baseUrl, String token) {
    return with(baseUrl, "Bearer " + token);
  }

  /** The generated client knows no security schemes, so the header comes from an interceptor. */
  private static ApiClient with(String baseUrl, String authorization) {
    ApiClient client = new ApiClient() {
      @Override
      public HttpClient getHttpClient() {
        return HTTP;
      }
    };
    client.updateBaseUri(baseUrl);
    client.setRequestInterceptor(request -> request.setHeader("Authorization", authorization));
    return client;
  }
}
