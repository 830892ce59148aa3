curl $INFERENCE_URL/v1/agents/heroku \
  -H "Authorization: Bearer $INFERENCE_KEY" \
  -H "Content-Type: application/json" \
  -d '{
    "model": "claude-4-sonnet",
    "messages": [
      {"role": "user", "content": "Process the latest data batch"}
    ],
    "tools": [
      {
        "type": "heroku_tool",
        "name": "dyno_run_command",
        "description": "Process batch data with custom script",
        "runtime_params": {
          "target_app_name": "my-app",
          "tool_params": {
            "cmd": "python scripts/process_batch.py"
          }
        }
      }
    ]
  }'
