package com.example.replay;

import com.example.taskrouter.ApiClient;
import com.example.taskrouter.ApiException;
import com.example.taskrouter.api.ActivitiesApi;
import com.example.taskrouter.api.TaskQueuesApi;
import com.example.taskrouter.api.TasksApi;
import com.example.taskrouter.api.WorkersApi;
import com.example.taskrouter.api.WorkflowsApi;
import com.example.taskrouter.api.WorkspacesApi;
import com.example.taskrouter.model.Activity;
import com.example.taskrouter.model.Error;
import com.example.taskrouter.model.Task;
import com.example.taskrouter.model.TaskList;
import com.example.taskrouter.model.TaskQueue;
import com.example.taskrouter.model.TaskStatus;
import com.example.taskrouter.model.Worker;
import com.example.taskrouter.model.Workflow;
import com.example.taskrouter.model.Workspace;
import com.example.taskrouter.model.WorkspaceTemplate;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The six steps of the guide, and then a list over its pages, an error and the end of it all. */
final class Guide {
  private Guide() {}

  static void run(ApiClient client) throws ApiException, IOException {
    WorkspacesApi workspaces = new WorkspacesApi(client);
    Workspace workspace = workspaces.createWorkspace(WorkspacesApi.APICreateWorkspaceRequest.newBuilder()
        .friendlyName("Customer Support")
        .template(WorkspaceTemplate.FIFO)
        .build());

    Activity activity = new ActivitiesApi(client).createActivity(ActivitiesApi.APICreateActivityRequest.newBuilder()
        .workspaceSid(workspace.getSid())
        .friendlyName("Coffee Break")
        .available(false)
        .build());

    WorkersApi workers = new WorkersApi(client);
    Worker worker = workers.createWorker(WorkersApi.APICreateWorkerRequest.newBuilder()
        .workspaceSid(workspace.getSid())
        .friendlyName("Jamie")
        .attributes("""
            {
            \t        "phone": "+14155551234",
            \t        "languages": ["EN", "ES"]
            \t    }""")
        .build());
    require("a worker who is not available", !worker.getAvailable());

    TaskQueue queue = new TaskQueuesApi(client).createTaskQueue(TaskQueuesApi.APICreateTaskQueueRequest.newBuilder()
        .workspaceSid(workspace.getSid())
        .friendlyName("Sales")
        .reservationActivitySid(activity.getSid())
        .assignmentActivitySid(activity.getSid())
        .build());

    Workflow workflow = new WorkflowsApi(client).createWorkflow(WorkflowsApi.APICreateWorkflowRequest.newBuilder()
        .workspaceSid(workspace.getSid())
        .friendlyName("Incoming Call Flow")
        .assignmentCallbackUrl("https://example.com/callback")
        .fallbackAssignmentCallbackUrl("https://example.com/callback2")
        .configuration("""

            {
               "task_routing":{
                  "filters":[
                     {
                        "friendly_name":"Gold Tickets",
                        "expression":"customer_value == 'Gold' AND type == 'ticket'",
                        "targets":[
                           {
                              "task_queue_sid":"%1$s",
                              "priority":"2"
                           }
                        ]
                     }
                  ],
                  "default_filter":{
                     "task_queue_sid":"%1$s"
                  }
               }
            }
            """.formatted(queue.getSid()))
        .build());

    TasksApi tasks = new TasksApi(client);
    Task task = tasks.createTask(TasksApi.APICreateTaskRequest.newBuilder()
        .workspaceSid(workspace.getSid())
        .workflowSid(workflow.getSid())
        .assignmentStatus(TaskStatus.PENDING)
        .attributes("""
            {
            \t         "type": "call",
            \t         "contact": "+15558675309",
            \t         "customer-value": "gold",
            \t         "task-reason": "support",
            \t         "callSid": "CA42ed11..."
            \t    }""")
        .build());
    require("a new task that is in no queue yet", task.getTaskQueueEnteredDate() == null);

    List<Task> open = openTasks(tasks, workspace.getSid());
    require("two tasks over two pages, the new one first",
        open.size() == 2 && open.get(0).getSid().equals(task.getSid()));

    try {
      workers.getWorker(WorkersApi.APIGetWorkerRequest.newBuilder()
          .workspaceSid(workspace.getSid())
          .workerSid("WK00000000000000000000000000000000")
          .build());
      throw new AssertionError("guide: expected 404 for a worker that is not there, and got it");
    } catch (ApiException refused) {
      Error error = client.getObjectMapper().readValue(refused.getResponseBody(), Error.class);
      require("404 and code 20404", refused.getCode() == 404 && error.getCode() == 20404);
    }

    workspaces.deleteWorkspace(WorkspacesApi.APIDeleteWorkspaceRequest.newBuilder()
        .workspaceSid(workspace.getSid())
        .build());
  }

  private static List<Task> openTasks(TasksApi tasks, String workspaceSid) throws ApiException {
    List<Task> all = new ArrayList<>();
    TasksApi.APIListTasksRequest.Builder request = TasksApi.APIListTasksRequest.newBuilder()
        .workspaceSid(workspaceSid)
        .assignmentStatus(List.of(TaskStatus.PENDING, TaskStatus.RESERVED));
    while (true) {
      TaskList page = tasks.listTasks(request.build());
      all.addAll(page.getTasks());
      String next = page.getMeta().getNextPageUrl();
      if (next == null) {
        return all;
      }
      Map<String, String> query = query(next);
      request
          .pageSize(Integer.valueOf(query.get("PageSize")))
          .page(Integer.valueOf(query.get("Page")))
          .pageToken(query.get("PageToken"));
    }
  }

  /** Only the query of the next page's URL is used: its host need not be the one that was asked. */
  private static Map<String, String> query(String url) {
    Map<String, String> query = new HashMap<>();
    for (String pair : URI.create(url).getRawQuery().split("&")) {
      String[] parts = pair.split("=", 2);
      query.put(parts[0], URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
    }
    return query;
  }

  private static void require(String expected, boolean found) {
    if (!found) {
      throw new AssertionError("guide: expected " + expected);
    }
  }
}
