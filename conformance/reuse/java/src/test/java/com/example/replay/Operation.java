package com.example.replay;

import com.example.taskrouter.ApiClient;
import com.example.taskrouter.ApiException;
import com.example.taskrouter.ApiResponse;
import com.example.taskrouter.api.TasksApi;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** An operation of the document, by the method that was generated for it: getTaskWithHttpInfo(APIGetTaskRequest). */
record Operation(String name, Method method) {
  private static final String SUFFIX = "WithHttpInfo";

  /** All that was generated, by name. */
  static Map<String, Operation> all() throws IOException, ReflectiveOperationException, URISyntaxException {
    Map<String, Operation> all = new TreeMap<>();
    for (Class<?> api : classesBeside(TasksApi.class)) {
      for (Method method : api.getMethods()) {
        if (method.getName().endsWith(SUFFIX) && method.getParameterCount() == 1) {
          String name = method.getName().substring(0, method.getName().length() - SUFFIX.length());
          all.put(name, new Operation(name, method));
        }
      }
    }
    return all;
  }

  /** The classes in the package of one, which must be in a directory. */
  static List<Class<?>> classesBeside(Class<?> one)
      throws IOException, ReflectiveOperationException, URISyntaxException {
    URI place = one.getResource(one.getSimpleName() + ".class").toURI();
    try (Stream<Path> files = Files.list(Path.of(place).getParent())) {
      List<String> names = files.map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".class"))
          .map(name -> one.getPackageName() + "." + name.substring(0, name.length() - ".class".length()))
          .sorted()
          .toList();
      List<Class<?>> classes = new ArrayList<>();
      for (String name : names) {
        classes.add(Class.forName(name));
      }
      return classes;
    }
  }

  /** Makes the call that a member of the replayer's list describes. */
  ApiResponse<?> call(ApiClient client, JsonNode call, boolean json) throws ReflectiveOperationException, ApiException {
    Object request = request(client.getObjectMapper(), call, json);
    Object api = method.getDeclaringClass().getConstructor(ApiClient.class).newInstance(client);
    try {
      return (ApiResponse<?>) method.invoke(api, request);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof ApiException refused) {
        throw refused;
      }
      throw e;
    }
  }

  private Object request(ObjectMapper mapper, JsonNode call, boolean json) throws ReflectiveOperationException {
    Object builder = method.getParameterTypes()[0].getMethod("newBuilder").invoke(null);
    for (String place : List.of("path", "query", "header")) {
      setAll(builder, mapper, call.get(place));
    }
    if (json) {
      set(builder, mapper, "body", setter -> setter.endsWith("Request"), call.get("body"));
    } else {
      setAll(builder, mapper, call.path("body"));
    }
    return builder.getClass().getMethod("build").invoke(builder);
  }

  private void setAll(Object builder, ObjectMapper mapper, JsonNode values) throws ReflectiveOperationException {
    for (Map.Entry<String, JsonNode> value : values.properties()) {
      String name = value.getKey();
      set(builder, mapper, name, name.replace("-", "")::equalsIgnoreCase, value.getValue());
    }
  }

  private void set(Object builder, ObjectMapper mapper, String name, Predicate<String> named, JsonNode value)
      throws ReflectiveOperationException {
    Method setter = Arrays.stream(builder.getClass().getDeclaredMethods())
        .filter(method -> method.getParameterCount() == 1 && named.test(method.getName()))
        .findFirst()
        .orElseThrow(() -> new NoSuchMethodException("no parameter was generated for " + name));
    Object converted = mapper.convertValue(value, mapper.constructType(setter.getGenericParameterTypes()[0]));
    setter.invoke(builder, converted);
  }
}
