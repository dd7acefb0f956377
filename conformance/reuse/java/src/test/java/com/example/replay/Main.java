package com.example.replay;
public final class Main {
  public static void main(String[] a) throws Exception {
    Guide.run(Client.withBasic(System.getenv("REPLAY_URL") + "/guide", "AC0", "x"));
    System.out.println("guide ok");
  }
}
