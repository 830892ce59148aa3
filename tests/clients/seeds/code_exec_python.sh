curl $INFERENCE_URL/v1/agents/heroku \
  -H "Authorization: Bearer $INFERENCE_KEY" \
  -H "Content-Type: application/json" \
  -d '{
    "model": "claude-4-sonnet",
    "messages": [
      {"role": "user", "content": "Calculate the mean and standard deviation of [1, 2, 3, 4, 5]"}
    ],
    "tools": [
      {
        "type": "heroku_tool",
        "name": "code_exec_python",
        "runtime_params": {
          "target_app_name": "my-app"
        }
      }
    ]
  }'
